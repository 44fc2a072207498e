import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { ChatStorage } from "./chat-storage.ts";
import { createMemoryStorage } from "./memory-storage.ts";

/**
 * A storage in one JSON file, for programs on Node, Bun and Deno. Each write replaces the file atomically, so that a
 * crash leaves the old content or the new one. Only one program may use a file at a time: two would overwrite each
 * other's writes.
 *
 * @throws from its calls, if the file cannot be read or written, or is not JSON
 */
export function createFileStorage(path: string): ChatStorage {
  const values = new Map<string, string>();
  const memory = createMemoryStorage(values);
  let last: Promise<unknown> = load();
  // The calls below report it.
  last.catch(() => undefined);

  async function load(): Promise<void> {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (text === undefined) return;
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, string>)) {
      values.set(name, value);
    }
  }

  async function replace(changes: Parameters<ChatStorage["write"]>[0]): Promise<void> {
    const next = new Map(values);
    await createMemoryStorage(next).write(changes);
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.draft`;
    const file = await open(draft, "w");
    try {
      await file.writeFile(JSON.stringify(Object.fromEntries(next)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
    await memory.write(changes);
  }

  const loaded = last;
  /** Runs calls one after the other. A failed write does not stop the next call. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last
      .catch(() => undefined)
      .then(() => loaded)
      .then(work);
    last = turn;
    return turn;
  }

  return {
    get: (name) => inTurn(() => memory.get(name)),
    list: (prefix) => inTurn(() => memory.list(prefix)),
    write: (changes) => inTurn(() => replace(changes)),
  };
}
