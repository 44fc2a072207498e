import type { ListState } from "../apply-list-event.ts";
import type { SessionState } from "../apply-event.ts";
import type { KeptLog } from "./kept-log.ts";
import { sorted } from "../changed-copies.ts";
import type { Choices } from "../branches.ts";
import { keptName } from "./kept-log.ts";
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
  readonly #waiting = new Map<
    string,
    { log: () => KeptLog<unknown>; timer: ReturnType<typeof setTimeout> }
  >();

  /** @param prefix the prefix of the names in the storage */
  constructor(storage: ChatStorage, prefix: string, now: () => number) {
    this.#storage = storage;
    this.#prefix = prefix;
    this.#now = now;
  }

  /** Stores the latest part of a log a little later, in its state of that time. */
  save(name: string, log: () => KeptLog<unknown>): void {
    const timer = this.#waiting.get(name)?.timer ?? setTimeout(() => void this.#write(name), saveDelayMs);
    this.#waiting.set(name, { log, timer });
  }

  /** Stores pending changes now, since the page may end. */
  async flush(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map((name) => this.#write(name)));
  }

  /** Forgets one log and what belongs to it, or all logs. The choices of sessions outlive a new history. */
  async clear(name?: string): Promise<void> {
    for (const [waiting, { timer }] of this.#waiting) {
      if (name !== undefined && waiting !== name) continue;
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    }
    try {
      if (name !== undefined) return await this.#delete([name, besideLog(name)]);
      const uses = await this.#uses();
      await this.#delete(uses.map(([used]) => used).filter((used) => !isChoices(used)));
    } catch {
      // Harmless: a position of another epoch is answered with a reset.
    }
  }

  /** Forgets all logs and all choices. */
  async forget(): Promise<void> {
    await this.clear();
    await this.#delete((await this.#uses()).map(([used]) => used));
  }

  /** The chosen branches of a session. */
  async choices(id: string): Promise<Choices> {
    const prefix = this.#choice(choicesName(id));
    const stored = await this.#storage.list(prefix);
    return Object.fromEntries(stored.map(([name, key]) => [name.slice(prefix.length), key]));
  }

  /** Stores choices at once. Each is a record of its own, so that a tab overwrites no choice of another one. */
  async choose(id: string, choices: Choices): Promise<void> {
    const name = choicesName(id);
    const chosen = Object.entries(choices).map(
      ([parent, key]) => [this.#choice(name) + parent, key] as const,
    );
    const chars = chosen.join("").length;
    await this.#storage.write([...chosen, [this.#use(name), JSON.stringify({ at: this.#now(), chars })]]);
  }

  async #write(name: string): Promise<void> {
    const waiting = this.#waiting.get(name);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(name);
    const text = JSON.stringify(shorten(name, waiting.log())) as string | undefined;
    try {
      if (text === undefined || text.length > maxChars) return await this.#delete([name]);
      const use: Use = { at: this.#now(), chars: text.length };
      // Nothing is read before the write, since a page that ends gets no more answers.
      await this.#storage.write([
        [this.#state(name), text],
        [this.#use(name), JSON.stringify(use)],
      ]);
      const others = (await this.#uses()).filter(([used]) => used !== name);
      const excess = this.#excess([[name, use], ...others]);
      if (excess.length > 0) await this.#delete(excess);
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

  /** The beginning of the names of choices. */
  #choice(name: string): string {
    return `${this.#state(name)}/`;
  }

  async #delete(names: readonly string[]): Promise<void> {
    const choices = names.filter(isChoices).map((name) => this.#storage.list(this.#choice(name)));
    const records = (await Promise.all(choices)).flat().map(([record]) => record);
    const all = [...records, ...names.flatMap((name) => [this.#state(name), this.#use(name)])];
    await this.#storage.write(all.map((record): StorageChange => [record, undefined]));
  }
}

/** @returns undefined if there is nothing to store */
function shorten(name: string, { position, state }: KeptLog<unknown>): KeptLog<unknown> | undefined {
  const short = name === "list" ? shortenList(state as ListState) : shortenSession(state as SessionState);
  return position === undefined || short === undefined ? undefined : { position, state: short };
}

/**
 * The name under which the chosen branches of a session are kept: apart from its log, since every tab that follows the
 * session stores the log.
 */
function choicesName(id: string): string {
  // Quoted, so that no name is the beginning of another one.
  return `chosen/${JSON.stringify(id)}`;
}

function isChoices(name: string): boolean {
  return name.startsWith("chosen/");
}

/** The name of the choices of the session whose log has this name. */
function besideLog(name: string): string {
  return choicesName(name.slice("session/".length));
}
