import { setTimeout as wait } from "node:timers/promises";
import type { ListEvent } from "../contract/list-event.ts";
import type { SidebarSession } from "../contract/session-list.ts";
import { actions } from "../domain/actions.ts";
import type { ListPlace } from "../domain/list-place.ts";
import type { Calling } from "../domain/perform.ts";
import { formatPosition, parsePosition } from "../live/position.ts";

export type ListReaderOptions = {
  calling: Calling;
  place: ListPlace;
  /** Ends the reading. */
  signal: AbortSignal;
  report: (error: unknown) => void;
  /**
   * Called when a session that has a message after the reader's place has changed.
   *
   * @param isMissed whether it changed before the server was started
   */
  onSession: (session: SidebarSession, isMissed: boolean) => void;
  onDeleted: (sessionId: string) => void;
  /** Called when the sessions so far belong to another history. */
  onNewHistory: () => void;
  /** The `seq` of the list up to which all work is done. @param seq the last one that was read */
  completeUpTo: (seq: number) => number;
};

/** The shortest time between two saved places, in milliseconds. */
const saveIntervalMs = 1000;

/** The pause after a failure, in milliseconds. */
const pauseMs = 1000;

/**
 * Reads the changes of the list of sessions from its saved place on. Without one it begins with the next change, and so
 * it does in another history than that of the saved place.
 */
export class ListReader {
  readonly #options: ListReaderOptions;
  readonly #begun = Promise.withResolvers<void>();
  #reading: Promise<void> | undefined;
  #saved: string | undefined;
  #saving: NodeJS.Timeout | undefined;
  #epoch = "";
  /** The place at which this reader began. */
  #from = 0;
  /** The last `seq` that was read. */
  #seq = 0;
  #isCaughtUp = false;

  constructor(options: ListReaderOptions) {
    this.#options = options;
  }

  /** Resolves once each later change will be read, whenever the server ends. */
  async start(): Promise<void> {
    this.#saved = await this.#options.place.read();
    const { epoch = "", seq } = parsePosition(this.#saved ?? "") ?? { seq: 0 };
    this.#epoch = epoch;
    this.#from = seq;
    this.#reading = this.#read();
    await this.#begun.promise;
    await this.#save();
  }

  /** Saves the place soon. */
  saveSoon(): void {
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      this.#save().catch(this.#options.report);
    }, saveIntervalMs);
  }

  /** Saves the place, after the signal has aborted. */
  async close(): Promise<void> {
    await this.#reading;
    clearTimeout(this.#saving);
    if (this.#epoch !== "") await this.#save().catch(this.#options.report);
  }

  /** Reads on after a failure, until the signal aborts. */
  async #read(): Promise<void> {
    const { calling, signal, report } = this.#options;
    let after = this.#saved;
    while (!signal.aborted) {
      try {
        const wanted = { after, signal };
        for await (const { event, position } of calling.perform(calling.caller, actions.followList, wanted)) {
          this.#take(event, parsePosition(position)?.epoch ?? "");
          after = position;
        }
      } catch (error) {
        this.#begun.reject(error);
        report(error);
        await wait(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.#begun.resolve();
  }

  #take(event: ListEvent, epoch: string): void {
    const { onDeleted } = this.#options;
    this.#seq = event.seq;
    if (event.type === "snapshot" || event.type === "reset") this.#beginAnew(event, epoch);
    if (event.type === "session") this.#tell(event.session);
    if (event.type === "session_deleted") onDeleted(event.session_id);
    if (event.type === "caught_up") this.#isCaughtUp = true;
    this.#begun.resolve();
    this.saveSoon();
  }

  #beginAnew({ seq, sessions }: Extract<ListEvent, { type: "snapshot" | "reset" }>, epoch: string): void {
    if (epoch === this.#epoch) {
      this.#from = Math.min(this.#from, seq);
      for (const session of sessions) this.#tell(session);
      return;
    }
    this.#epoch = epoch;
    this.#from = seq;
    this.#options.onNewHistory();
  }

  #tell(session: SidebarSession): void {
    if (session.activity_seq > this.#from) this.#options.onSession(session, !this.#isCaughtUp);
  }

  async #save(): Promise<void> {
    const position = formatPosition(this.#epoch, this.#options.completeUpTo(this.#seq));
    if (position === this.#saved) return;
    await this.#options.place.save(position);
    this.#saved = position;
  }
}
