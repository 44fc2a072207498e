import type { SessionLogExtent } from "../../db/store.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { DocumentedMessage } from "../contract/message.ts";
import { SessionEndedError } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import { getSessionLogExtent } from "./get-session.ts";
import { beforeAll, completionOf } from "./completion-order.ts";
import { completeMessages, completeMessagesOnce, isComplete, mayLackEarlier } from "./live-messages.ts";
import type { Listener, ReadUpTo } from "../live/subscriber.ts";
import type { Sink } from "../live/feed.ts";
import type { TrackedEvent } from "../live/change-log.ts";
import { changesPerRead } from "../live/change-log.ts";
import { assertAlive, toDocumented, toMessage } from "./read-messages.ts";
import { SentAhead } from "./sent-ahead.ts";
import { SessionLog } from "./session-log.ts";

/** A client's request to follow the messages of a session. */
export type WantedMessages = {
  sessionId: string;
  /** A place in the order in which messages became complete; `first` is before all of them. */
  after: number | "first" | undefined;
  signal: AbortSignal;
  /** The connection of the subscriber, if it has one. */
  connection?: object | undefined;
};

/** A message, and the `seq` of its last change. */
export type MessageSeq = { id: number; seq: number };

/**
 * Sends one subscriber the session's messages after the place `after`, and then each new message as it comes. Without
 * `after` only new messages are sent. An edited message is sent again in its new form. A message is complete with its send,
 * a reply with its end. A message is first sent after every message that was complete before it: a client whose stream was
 * cut anywhere may return with the message that it was first sent last.
 *
 * The change log has a message at its last change, so an edited message comes after later messages there. Therefore
 * only the changes of messages that the subscriber already has are read from the change log. The other messages are
 * read in the order of their completion, in their current form.
 */
export class MessageFollower implements Listener<LiveEvent> {
  readonly #services: Services;
  readonly #wanted: WantedMessages;
  readonly #sink: Sink<DocumentedMessage>;
  /** The name of the session's history and the number of its life. */
  #epoch = "";
  #life = 0;
  /** All changes up to this `seq` of the messages up to the place `last` were sent. */
  #seq = 0;
  /** Each message up to this place was sent, or is before the first one that the client wants. */
  #last: number;
  /** Whether messages after `last` may still have to be read, even if the session has not changed. */
  #hasMore: boolean;
  /** The session as it was when a read began, until its changes and a page of its messages are read. */
  #session: SessionLogExtent | undefined;
  /** The numbers beyond `seq` whose changes were already sent with their messages. */
  readonly #sentAhead = new SentAhead();
  /** Whether every message up to `seq` was sent. */
  #isRead = false;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(services: Services, wanted: WantedMessages, sink: Sink<DocumentedMessage>) {
    this.#services = services;
    this.#wanted = wanted;
    this.#sink = sink;
    this.#last = typeof wanted.after === "number" ? wanted.after : beforeAll;
    this.#hasMore = wanted.after !== undefined;
  }

  /**
   * Resolves when the signal aborts or the session is deleted.
   *
   * @throws {AppError} NOT_FOUND, TOO_MANY_REQUESTS
   */
  async run(): Promise<void> {
    const { sessionId, signal, connection } = this.#wanted;
    try {
      // The subscriber joins before the messages are read, so that it misses no write in between.
      const log = new SessionLog(this.#services, sessionId);
      using reader = this.#services.hub.subscribe(log, signal, connection);
      // Read at once, before its turn: the client gets everything that comes from now on.
      this.#begin(await getSessionLogExtent(this.#services, sessionId));
      for (let isFirst = true; !signal.aborted; isFirst = false) {
        this.#isRead = false;
        const read = await this.#sink.whenWritable(() => this.#readOn(isFirst));
        if (read === "end") return;
        this.#isRead = read !== "more";
        this.#wake?.();
        if (read !== "more") await reader.goLive(read, this);
      }
    } finally {
      this.#hasEnded = true;
      this.#wake?.();
    }
  }

  take(live: readonly TrackedEvent<LiveEvent>[]): boolean {
    if (mayLackEarlier(live, { after: this.#seq, last: this.#last })) return false;
    // Messages that all subscribers get are encoded once for all.
    const isShared = live[0]?.event.prev === this.#seq && this.#sentAhead.isEmpty;
    const news = isShared ? live : live.filter(({ event }) => !this.#sentAhead.has(event.seq));
    const { messages, documented } = isShared ? completeMessagesOnce(news) : completeMessages(news);
    if (!this.#sink.isWritable) return false;
    if (documented.length > 0 && isShared) this.#sink.sendShared(documented);
    else if (documented.length > 0) this.#sink.send(documented);
    for (const message of messages) this.#last = Math.max(this.#last, completionOf(message));
    this.#moveTo(live.at(-1)?.event.seq ?? 0);
    this.#wake?.();
    return true;
  }

  /**
   * Resolves when every message up to this one was sent, or when no more are sent. Only one call may wait at a time.
   */
  async sent({ id, seq }: MessageSeq): Promise<void> {
    while (!this.#hasEnded && id > this.#last && !(this.#isRead && seq <= this.#seq)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #readOn(isFirst: boolean): Promise<ReadUpTo | "more" | "end"> {
    await this.#services.hub.turns.take(isFirst, () => this.#isSmallRead());
    return this.#wanted.signal.aborted ? "end" : this.#sendPage();
  }

  async #isSmallRead(): Promise<boolean> {
    const session = this.#session;
    if (!session || !this.#hasMore) return true;
    const page = { life: session, after: this.#last, limit: changesPerRead, from: "oldest" } as const;
    return this.#services.store.messages.isSmallPage(page);
  }

  /** Reads a page and sends it. @returns how far the session was read, if this was the last page */
  async #sendPage(): Promise<ReadUpTo | "more" | "end"> {
    const session = this.#session ?? (await getSessionLogExtent(this.#services, this.#wanted.sessionId));
    if (this.#isOver(session)) {
      if (this.#hasMore) throw new SessionEndedError(session.id);
      return "end";
    }
    // The changes are sent first: a client that returns with the id of a message has each change before it.
    if (await this.#sendChanges(session)) {
      this.#session = session;
      return "more";
    }
    this.#session = undefined;
    await this.#sendMessages(session);
    return this.#hasMore ? "more" : { epoch: session.epoch, life: session.ordinal, seq: session.seq };
  }

  #begin(session: SessionLogExtent): void {
    this.#session = session;
    ({ epoch: this.#epoch, ordinal: this.#life, seq: this.#seq } = session);
    if (this.#wanted.after === undefined) this.#last = session.last_id ?? beforeAll;
  }

  /** Whether the session has another life, or was put back to an earlier state. */
  #isOver({ epoch, ordinal, seq, start_seq: startSeq, deleted }: SessionLogExtent): boolean {
    const isOther = deleted === 1 || epoch !== this.#epoch || ordinal !== this.#life;
    return isOther || this.#seq < startSeq || this.#seq > seq;
  }

  /** Sends a page of the changes of the messages up to `last`. @returns whether it sent any, or more may follow */
  async #sendChanges(session: SessionLogExtent): Promise<boolean> {
    const after = this.#seq;
    if (after === session.seq) return false;
    const range = { after, upTo: session.seq, upToCompletion: this.#last, limit: changesPerRead };
    const read = await this.#services.store.messages.listChanged({ life: session, ...range });
    // This life and its messages have ended.
    if (!read) return false;
    const rows = read.rows.filter(({ deleted, seq }) => !deleted && !this.#sentAhead.has(seq));
    const news = rows.map(toMessage).filter(isComplete);
    if (news.length > 0) this.#sink.send(news.map(toDocumented));
    this.#moveTo(read.upTo);
    return news.length > 0 || read.upTo < session.seq;
  }

  /** Sends a page of the messages after `last` that existed when the session was read, in their current forms. */
  async #sendMessages(session: SessionLogExtent): Promise<void> {
    const after = this.#last;
    const last = session.last_id ?? beforeAll;
    if (after >= last) {
      this.#hasMore = false;
      return;
    }
    const page = { life: session, after, before: last + 1, limit: changesPerRead };
    const { rows, isLast, upTo } = await this.#services.store.messages.listCompleted(page);
    if (rows.length > 0) this.#sink.send(rows.map((row) => toDocumented(toMessage(row))));
    else if (this.#hasMore) await assertAlive(this.#services, session);
    this.#sentAhead.add(rows.map(({ seq }) => seq).filter((seq) => seq > session.seq));
    this.#hasMore = !isLast;
    this.#last = isLast ? last : upTo;
  }

  #moveTo(seq: number): void {
    this.#seq = seq;
    this.#sentAhead.forgetUpTo(seq);
  }
}
