import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { migrations } from "../../../db/sqlite/migrations/index.ts";
import { originalWithMessages, query, writeFile } from "../database-file.ts";

const rounds = 40;

/** A process of its own; what it returns opens a file there and tells how that went. */
function startOpeningProcess(): (file: string) => Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "opening-process.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    const exit = once(child, "exit");
    child.stdin.end();
    await exit;
  });
  const answers = createInterface({ input: child.stdout });
  return async (file) => {
    const answer = once(answers, "line");
    child.stdin.write(`${file}\n`);
    const [line] = (await answer) as [string];
    return line;
  };
}

test.each([
  ["missing file", 0, () => {}],
  ["original", 20, (file: string) => void writeFile(originalWithMessages(2000), file)],
])("two processes that open the same %s at once both get it", async (_, sessions, make) => {
  const folder = makeTemporaryFolder();
  const processes = [startOpeningProcess(), startOpeningProcess()];
  await Promise.all(processes.map((open, index) => open(join(folder, `warm-${index}.db`))));
  for (let round = 0; round < rounds; round += 1) {
    const file = join(folder, `${round}.db`);
    make(file);
    const answers = await Promise.all(processes.map((open) => open(file)));
    const opened = `opened with ${sessions} sessions`;
    expect(answers).toEqual([opened, opened]);
    expect(query(file, "select count(*) as count from kysely_migration")).toEqual([
      { count: Object.keys(migrations).length },
    ]);
    expect(query(file, "select count(*) as count from history")).toEqual([{ count: 1 }]);
  }
});
