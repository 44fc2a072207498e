import type { ChangedMessage, SessionLogRow } from "../../db/store.ts";
import { limits } from "../contract/limits.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import type { Message } from "../contract/message.ts";
import { countFitting, mostBytes } from "../live/fit-in-json.ts";
import type { AppError } from "../contract/app-error.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import type { Wanted } from "../live/open-feed.ts";
import { openFeed } from "../live/open-feed.ts";
import type { Feed } from "../live/feed.ts";
import type { Change, ChangeLog, ChangeLogHead, TrackedEvent, SnapshotOf } from "../live/change-log.ts";
import { changesPerRead } from "../live/change-log.ts";
import { shownKey } from "./made-key.ts";
import { toMessage } from "./read-messages.ts";
import { joinDeltas, toDelta } from "./replies/message-delta.ts";
import { toSessionHead } from "./session-head.ts";

/** The bounds of a subscriber's snapshot and catch-up. */
export type ReaderExtent = {
  /** The most messages of its snapshot; default `limits.snapshotMessages`. */
  limit?: number | undefined;
  /**
   * After more missed changes than this the subscriber gets a snapshot instead; by default it always gets the changes.
   */
  max_missed?: number | undefined;
};

/** The events of a session after a position, as {@link openFeed} sends them. */
export function followSession(
  services: Services,
  { sessionId, limit, max_missed, ...wanted }: Wanted & ReaderExtent & { sessionId: string },
): Feed<TrackedEvent<LiveEvent>> {
  return openFeed(services.hub, new SessionLog(services, sessionId, { limit, max_missed }), wanted);
}

const topicPrefix = "session:";

export function sessionTopic(sessionId: string): string {
  return topicPrefix + sessionId;
}

/** @returns undefined for the topic of the list */
export function sessionIdOf(topic: string): string | undefined {
  return topic.startsWith(topicPrefix) ? topic.slice(topicPrefix.length) : undefined;
}

/** The change log of a session: its messages and its title, in the order of their last changes. */
export class SessionLog implements ChangeLog<LiveEvent> {
  readonly coalesceMs = 0;
  readonly gathering = {
    intervalMs: limits.deltaIntervalMs,
    type: "message_delta",
    join: joinDeltas,
  } as const;
  readonly maxMissed: number;
  readonly #services: Services;
  readonly #sessionId: string;
  /** The most messages of a snapshot. */
  readonly #limit: number;

  constructor(services: Services, sessionId: string, { limit, max_missed: maxMissed }: ReaderExtent = {}) {
    this.#services = services;
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
    return this.#services.maxReadersPerSession;
  }

  async readHead(): Promise<ChangeLogHead<LiveEvent>> {
    const session = await this.#services.store.sessions.findLog(this.#sessionId);
    if (!session) throw this.gone();
    return {
      epoch: session.epoch,
      seq: session.seq,
      life: session.ordinal,
      startSeq: session.start_seq,
      end: session.deleted ? { type: "session_deleted", seq: session.seq } : undefined,
      readChanges: (after) => readChanges(this.#services, session, after),
      isSmallRead: (after) => isSmallRead(this.#services, session, { after, limit: this.#limit }),
    };
  }

  async readSnapshot(): Promise<SnapshotOf<LiveEvent> | undefined> {
    const { store } = this.#services;
    const found = await store.sessions.readSnapshot(this.#sessionId, {
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

function textsOf(message: Message): (string | undefined)[] {
  const { session_id, content, sender, timestamp, key, parent_key, format, failure } = message;
  const opaque = [message.parts, message.metadata, message.chunks].map((value) =>
    value === undefined ? undefined : JSON.stringify(value),
  );
  return [session_id, content, sender, timestamp, key, parent_key, format, failure, ...opaque];
}

async function isSmallRead(
  services: Services,
  session: SessionLogRow,
  { after, limit }: { after: number | undefined; limit: number },
): Promise<boolean> {
  const { store } = services;
  if (after === undefined) {
    return store.messages.isSmallPage({ life: session, limit, from: "newest" });
  }
  return store.messages.areSmallChanges({ life: session, after, upTo: session.seq, limit: changesPerRead });
}

async function readChanges(
  services: Services,
  session: SessionLogRow,
  after: number,
): Promise<{ changes: Change<LiveEvent>[]; upTo: number } | undefined> {
  if (session.seq <= after) return { changes: [], upTo: after };
  const page = { life: session, after, upTo: session.seq, limit: changesPerRead };
  const read = await services.store.messages.listChanged(page);
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

function toChange(row: ChangedMessage): Change<LiveEvent> {
  const { seq, since } = row;
  if (since && !row.deleted) {
    const chunks = JSON.parse(`[${row.chunks ?? ""}]`) as unknown[];
    return toDelta({ seq, message_id: row.id, text: row.content, chunks, ...since });
  }
  return row.deleted
    ? { type: "message_deleted", seq, message_id: row.id, key: shownKey(row.id, row.key) }
    : { type: "message", seq, message: toMessage(row) };
}
