import type { ChangedMessageRow } from "../../db/log-queries.ts";
import { areSmallChanges, listChangedMessages } from "../../db/log-queries.ts";
import { isSmallPage } from "../../db/statements/message-pages.ts";
import type { SessionRow } from "../../db/session-queries.ts";
import { findSessionLog } from "../../db/session-queries.ts";
import { readSnapshot } from "../../db/statements/snapshot.ts";
import { limits } from "../contract/limits.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import { countFitting, mostBytes } from "../live/fit-in-json.ts";
import type { AppError } from "./app-error.ts";
import { sessionNotFound } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import type { Wanted } from "./stream-log.ts";
import { streamLog } from "./stream-log.ts";
import type { LiveStream } from "./live-stream.ts";
import type { Change, Log, LogHead, Positioned, SnapshotOf } from "./log.ts";
import { changesPerRead } from "./log.ts";
import { shownKey, toMessage } from "./read-messages.ts";
import { toSessionHead } from "./session-head.ts";

/** How much a reader is sent of what it has not seen. */
export type ReaderExtent = {
  /** How many messages its snapshot holds at most; `limits.snapshotMessages` by default. */
  limit?: number | undefined;
  /** After more missed changes than this it gets a snapshot in their place; by default it always gets the changes. */
  max_missed?: number | undefined;
};

/** The events of a session from a position on, as {@link streamLog} sends them. */
export function followSession(
  desk: Desk,
  { sessionId, limit, max_missed, ...wanted }: Wanted & ReaderExtent & { sessionId: string },
): LiveStream<Positioned<LiveEvent>> {
  return streamLog(desk.hub, new SessionLog(desk, sessionId, { limit, max_missed }), wanted);
}

const topicPrefix = "session:";

export function sessionTopic(sessionId: string): string {
  return topicPrefix + sessionId;
}

/** @returns undefined for the topic of another log */
export function sessionIdOf(topic: string): string | undefined {
  return topic.startsWith(topicPrefix) ? topic.slice(topicPrefix.length) : undefined;
}

/** A session's messages and its title, in the order of their last changes. */
export class SessionLog implements Log<LiveEvent> {
  readonly coalesceMs = 0;
  readonly maxMissed: number;
  readonly #desk: Desk;
  readonly #sessionId: string;
  /** How many messages a snapshot holds. */
  readonly #limit: number;

  constructor(desk: Desk, sessionId: string, { limit, max_missed: maxMissed }: ReaderExtent = {}) {
    this.#desk = desk;
    this.#sessionId = sessionId;
    this.#limit = limit ?? limits.snapshotMessages;
    this.maxMissed = maxMissed ?? Number.POSITIVE_INFINITY;
  }

  get topic(): string {
    return sessionTopic(this.#sessionId);
  }

  get snapshotName(): string {
    return `${this.topic} ${this.#limit}`;
  }

  get maxReaders(): number {
    return this.#desk.maxReadersPerSession;
  }

  async readHead(): Promise<LogHead<LiveEvent>> {
    const session = await findSessionLog(this.#desk.database.read, this.#sessionId);
    if (!session) throw this.gone();
    return {
      epoch: session.epoch,
      seq: session.seq,
      life: session.ordinal,
      startSeq: session.start_seq,
      end: session.deleted ? { type: "session_deleted", seq: session.seq } : undefined,
      readChanges: (after) => readChanges(this.#desk, session, after),
      isSmallRead: (after) => isSmallRead(this.#desk, session, { after, limit: this.#limit }),
    };
  }

  async readSnapshot(): Promise<SnapshotOf<LiveEvent> | undefined> {
    const { read } = this.#desk.database;
    const found = await readSnapshot(read, this.#sessionId, {
      messages: this.#limit,
      contentBytes: limits.snapshotBytes,
    });
    if (!found) return undefined;
    const { seq } = found.session;
    const head = toSessionHead(found.session);
    const latest = found.messages.map(toMessage);
    const room = limits.snapshotBytes - mostBytes([head.id, head.title, head.created_at]);
    const dropped = latest.length - countFitting(latest.toReversed(), room, textsOf);
    return {
      seq,
      session: { ...head, messages: latest.slice(dropped) },
      has_earlier: found.hasEarlier || dropped > 0,
    };
  }

  gone(): AppError {
    return sessionNotFound(this.#sessionId);
  }
}

function textsOf({ session_id, content, sender, timestamp, key }: Message): (string | undefined)[] {
  return [session_id, content, sender, timestamp, key];
}

async function isSmallRead(
  desk: Desk,
  session: SessionRow,
  { after, limit }: { after: number | undefined; limit: number },
): Promise<boolean> {
  const { read } = desk.database;
  if (after === undefined) {
    return isSmallPage(read, { life: session, limit, from: "newest" });
  }
  return areSmallChanges(read, { life: session, after, upTo: session.seq, limit: changesPerRead });
}

async function readChanges(
  desk: Desk,
  session: SessionRow,
  after: number,
): Promise<{ changes: Change<LiveEvent>[]; upTo: number } | undefined> {
  if (session.seq <= after) return { changes: [], upTo: after };
  const page = { life: session, after, upTo: session.seq, limit: changesPerRead };
  const read = await listChangedMessages(desk.database.read, page);
  if (!read) return undefined;
  const { rows, upTo } = read;
  const changes = rows.map(toChange);
  if (session.title_seq > after && session.title_seq <= upTo) {
    const place = changes.findIndex((change) => change.seq > session.title_seq);
    changes.splice(place < 0 ? changes.length : place, 0, {
      type: "session",
      seq: session.title_seq,
      session: toSessionHead(session),
    });
  }
  return { changes, upTo };
}

function toChange(row: ChangedMessageRow): Change<LiveEvent> {
  const { seq } = row;
  return row.deleted
    ? { type: "message_deleted", seq, message_id: row.id, key: shownKey(row.id, row.key) }
    : { type: "message", seq, message: toMessage(row) };
}
