import type { ListState } from "../apply-list-event.ts";
import type { SessionState } from "../apply-event.ts";
import type { KeptLog } from "./kept-log.ts";
import { sorted } from "../changed-copies.ts";
import { choicesName, keptName, sessionName } from "./kept-log.ts";
import { shortenList, shortenSession } from "./shorten.ts";
import type { ChatStorage, StorageChange } from "../storage/chat-storage.ts";

/** The time for which changes are gathered before they are stored, in milliseconds. */
const saveDelayMs = 500;

/** The largest stored form of one session, in characters of JSON. A larger one is not stored. */
const maxChars = 400_000;

/**
 * The most stored sessions, and the most characters of all of them together. The least recently used are deleted first.
 */
const maxSessions = 50;
const maxAllChars = 8_000_000;

type Use = { at: number; chars: number };

/** Stores the latest state of each log, a little later and within bounds. */
export class KeptWriter {
  readonly #storage: ChatStorage;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #waiting = new Map<string, { value: () => unknown; timer: ReturnType<typeof setTimeout> }>();

  /** @param prefix the prefix of the names in the storage */
  constructor(storage: ChatStorage, prefix: string, now: () => number) {
    this.#storage = storage;
    this.#prefix = prefix;
    this.#now = now;
  }

  /** Stores the latest part of a log, or choices, a little later, in the state of that time. */
  save(name: string, value: () => unknown): void {
    const timer = this.#waiting.get(name)?.timer ?? setTimeout(() => void this.#write(name), saveDelayMs);
    this.#waiting.set(name, { value, timer });
  }

  /** Stores pending changes now, since the page may end. */
  async flush(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((name) => this.#write(name)));
  }

  /** Forgets one log and what belongs to it, or all logs. The choices of sessions outlive a new history. */
  async clear(name?: string): Promise<void> {
    const isMeant = (kept: string): boolean =>
      name === undefined ? !isChoices(kept) : kept === name || kept === besideLog(name);
    for (const [waiting, { timer }] of this.#waiting) {
      if (!isMeant(waiting)) continue;
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
    try {
      const kept = name === undefined ? (await this.#uses()).map(([used]) => used) : [name, besideLog(name)];
      await this.#storage.write(kept.filter(isMeant).flatMap((used) => this.#deletions(used)));
    } catch {
      // Harmless: a position of another epoch is answered with a reset.
    }
  }

  async #write(name: string): Promise<void> {
    const waiting = this.#waiting.get(name);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(name);
    const text = JSON.stringify(shorten(name, waiting.value())) as string | undefined;
    try {
      if (text === undefined || text.length > maxChars)
        return await this.#storage.write(this.#deletions(name));
      const use: Use = { at: this.#now(), chars: text.length };
      // Nothing is read before the write, since a page that ends gets no more answers.
      await this.#storage.write([
        [this.#state(name), text],
        [this.#use(name), JSON.stringify(use)],
      ]);
      const others = (await this.#uses()).filter(([used]) => used !== name);
      const excess = this.#excess([[name, use], ...others]);
      if (excess.length > 0) await this.#storage.write(excess.flatMap((used) => this.#deletions(used)));
    } catch {
      // There is no room. The next visit begins with a snapshot.
    }
  }

  /** The latest first. */
  async #uses(): Promise<(readonly [name: string, use: Use])[]> {
    const stored = await this.#storage.list(this.#use(""));
    const uses = stored.map(
      ([name, use]) => [name.slice(this.#use("").length), JSON.parse(use) as Use] as const,
    );
    return sorted(uses, ([, a], [, b]) => b.at - a.at);
  }

  #excess(uses: readonly (readonly [name: string, use: Use])[]): string[] {
    let chars = 0;
    return uses.flatMap(([name, use], index) => {
      chars += use.chars;
      return index >= maxSessions || chars > maxAllChars ? [name] : [];
    });
  }

  #state(name: string): string {
    return keptName(this.#prefix, name);
  }

  #use(name: string): string {
    return `${this.#prefix}used/${name}`;
  }

  #deletions(name: string): StorageChange[] {
    return [
      [this.#state(name), undefined],
      [this.#use(name), undefined],
    ];
  }
}

/** @returns undefined if there is nothing to store */
function shorten(name: string, value: unknown): unknown {
  if (isChoices(name)) return value;
  const { position, state } = value as KeptLog<unknown>;
  const short = name === "list" ? shortenList(state as ListState) : shortenSession(state as SessionState);
  return position === undefined || short === undefined ? undefined : { position, state: short };
}

function isChoices(name: string): boolean {
  return name.startsWith(choicesName(""));
}

/** The name of the choices of the session whose log has this name. */
function besideLog(name: string): string {
  return choicesName(name.slice(sessionName("").length));
}
