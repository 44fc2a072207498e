import { aborted } from "./chat-error.ts";
import type { ChatParts, Later } from "./chat-parts.ts";
import type { ChatRpc } from "./chat-rpc.ts";
import { createListeners } from "./connection/listeners.ts";
import { handled } from "./handled.ts";
import { KeptState } from "./kept/kept-state.ts";
import type { Line, Sender } from "./line.ts";
import { ListStore } from "./list-store.ts";
import { Outbox } from "./outbox/outbox.ts";
import type { PauseOptions } from "./pauses.ts";
import { createRandomId } from "./random-id.ts";
import type { Schedule } from "./publish-per-frame.ts";
import { scheduleFrame } from "./publish-per-frame.ts";
import type { SessionChanges } from "./session-changes.ts";
import { SessionStore } from "./session-store.ts";
import type { ChatStorage } from "./storage/chat-storage.ts";

export type ChatStateOptions = {
  rpc: ChatRpc;
  line: Line;
  sender: Sender;
  storage: ChatStorage;
  /** The server's address and the user. Data that is stored for one pair is invisible to another. */
  url: string;
  user?: string | undefined;
  presence?: { name?: string } | undefined;
  /** Schedules the publication of changes; by default for the next frame. */
  schedule?: Schedule;
  /** The time in milliseconds; `Date.now` by default. */
  now?: () => number;
  /** The time for which a store is followed after its last subscriber left, in milliseconds; 3000 by default. */
  graceMs?: number;
  /** The pauses between tries. */
  pauses?: PauseOptions;
};

/** A page gets a store before it subscribes to it. This many such stores are kept. */
const unusedStores = 16;

const loadAgainMs = 2000;

/** Ends the logs too: a log that was followed further would be stored again. */
const forgotten = aborted("The stored state was deleted: open it again.");

/** The stores of one chat over one line. */
export class ChatState {
  readonly outbox: Outbox;
  /** The prefix of the names in the storage. */
  readonly prefix: string;
  readonly #parts: ChatParts;
  readonly #sessions = new Map<string, SessionStore>();
  readonly #list: ListStore;
  readonly #ending = new AbortController();
  readonly #listeners = createListeners();
  readonly #stopStatus: () => void;
  #later: Promise<Later> | undefined;
  #wake: (() => void) | undefined;
  #changes: SessionChanges | undefined;

  constructor(options: ChatStateOptions) {
    const { rpc, line, sender, storage, url, user, now = Date.now } = options;
    const prefix = (this.prefix = `ai-desk${JSON.stringify([url, user ?? null])}`);
    const { signal } = this.#ending;
    const later = (): Promise<Later> => (this.#later ??= this.#load(options.pauses));
    const loadWriter = async () => new (await later()).KeptWriter(storage, prefix, now);
    const kept = new KeptState({ storage, prefix, loadWriter });
    this.outbox = new Outbox({
      rpc,
      storage,
      prefix,
      sender,
      now,
      epochOf: (id) => this.#sessions.get(id)?.epoch,
      onSent: (message, epoch) => {
        const store = this.#sessions.get(message.session_id);
        store?.applyAnswer(message, epoch ?? store.epoch);
      },
      onForgotten: () => void this.#clear(),
      makeRoom: () => kept.clear(),
      loadLanes: async (lanes) => {
        const { Lanes, pauses } = await later();
        return new Lanes({ ...lanes, pauses });
      },
      wake: () => this.wake(),
    });
    const { schedule = scheduleFrame, graceMs = 3000 } = options;
    this.#parts = {
      rpc,
      line,
      outbox: this.outbox,
      kept,
      presence: options.presence,
      schedule,
      now,
      graceMs,
      signal,
      later,
      changes: () => this.#changes,
      change: (work) =>
        handled(later().then((parts) => work((this.#changes ??= this.#createChanges(parts))))),
      onChanges: this.#listeners.add,
    };
    this.#list = new ListStore(this.#parts);
    this.#stopStatus = line.subscribeStatus(() => {
      if (line.status === "catching-up" || line.status === "live") this.wake();
    });
  }

  /** The store of a session: the same one while it is in use. */
  session(id: string): SessionStore {
    const found = this.#sessions.get(id);
    if (found) return found;
    this.#release();
    const store = new SessionStore(id, this.#parts);
    this.#sessions.set(id, store);
    return store;
  }

  sessions(): ListStore {
    return this.#list;
  }

  /** Resolves when nothing is left to send. Refused messages do not count. @throws {ChatError} `aborted` */
  async drain(signal?: AbortSignal): Promise<void> {
    const { drain } = await this.#parts.later();
    await drain(this.outbox, this.#ending.signal, signal);
  }

  /** Retries waiting calls and sends at once. */
  wake(): void {
    this.#wake?.();
  }

  /** Deletes what is stored for the user, unsent messages included, and empties and closes the stores, in all tabs. */
  async forget(): Promise<void> {
    await Promise.all([this.outbox.forget(), this.#clear()]);
  }

  /** Stores the kept part of the logs now, since the page may end. */
  flush(): Promise<void> {
    return this.#parts.kept.flush();
  }

  /** Says in each session that this client leaves. @returns the sends of that, none for most clients */
  leave(): Promise<void>[] {
    return [...this.#sessions.values()].flatMap((store) => store.leave() ?? []);
  }

  /** Ends everything. Resolves when the unsent messages are in the storage. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#stopStatus();
    for (const store of [...this.#sessions.values(), this.#list]) store.close();
    await Promise.all([this.outbox.close(), this.#parts.kept.flush()]);
  }

  #clear(): Promise<void> {
    for (const store of [...this.#sessions.values(), this.#list]) store.clear(forgotten);
    return this.#parts.kept.use((writer) => writer.forget());
  }

  /** Nothing can be sent without this part, so loading is repeated until it succeeds. */
  async #load(options: PauseOptions | undefined): Promise<Later> {
    for (;;) {
      try {
        const loaded = await import("./later.ts");
        const pauses = new loaded.Pauses(options);
        this.#wake = () => pauses.wake();
        return { ...loaded, pauses, ownId: createRandomId() };
      } catch (error) {
        if (this.#ending.signal.aborted) throw aborted(undefined, error);
        await new Promise((resolve) => {
          setTimeout(resolve, loadAgainMs);
        });
      }
    }
  }

  #createChanges({ SessionChanges, pauses }: Later): SessionChanges {
    return new SessionChanges({
      ...this.#parts,
      pauses,
      logsOf: (id) => ({ list: this.#list.log, session: this.#sessions.get(id)?.log }),
      onChange: this.#listeners.call,
    });
  }

  /** Releases the oldest stores that nobody follows. */
  #release(): void {
    const unused = [...this.#sessions].filter(([, store]) => !store.isInUse);
    for (const [id] of unused.slice(0, -unusedStores)) this.#sessions.delete(id);
  }
}
