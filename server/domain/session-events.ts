import type { ChangedMessageRow } from "../../db/log-queries.ts";
import { listChangedMessages, readSnapshot } from "../../db/log-queries.ts";
import type { SessionRow } from "../../db/session-queries.ts";
import { findSessionLog, readEpoch } from "../../db/session-queries.ts";
import { limits } from "../contract/limits.ts";
import type { LiveEvent } from "../contract/live-event.ts";
import { sessionNotFound } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import { formatPosition, parsePosition } from "./position.ts";
import { toMessage } from "./read-messages.ts";

export type PositionedEvent = { position: string; event: LiveEvent };

type Body<Type extends LiveEvent["type"]> = Omit<Extract<LiveEvent, { type: Type }>, "prev" | "epoch">;
type UnplacedEvent = { [Type in LiveEvent["type"]]: Body<Type> }[LiveEvent["type"]];

const changesPerRead = 100;

/**
 * What happens in a session from a position on: what was missed, read from the log, then `caught_up`, then each change
 * as it comes, until `signal` aborts or the session is deleted. Without a position it begins with a `snapshot`; after a
 * position that this session cannot have given, with a `reset`.
 *
 * The bell is hung before the log is read, so a write between the two is never missed.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function* followSession(
  desk: Desk,
  { sessionId, after, signal }: { sessionId: string; after: string | undefined; signal: AbortSignal },
): AsyncGenerator<PositionedEvent, void, undefined> {
  using bell = desk.hub.listen(sessionId, signal);
  const { read } = desk.database;
  const epoch = await readEpoch(read);
  const wanted = after === undefined ? undefined : parsePosition(after);
  let seq = wanted?.epoch === undefined || wanted.epoch === epoch ? wanted?.seq : undefined;
  let beginning: "snapshot" | "reset" = after === undefined ? "snapshot" : "reset";
  let caughtUp = false;

  const place = (event: UnplacedEvent): PositionedEvent => {
    const prev = seq ?? 0;
    seq = event.seq;
    const carriesEpoch = event.type === "snapshot" || event.type === "reset" || event.type === "caught_up";
    // The union of bodies and the union of events are the same one with and without these fields.
    const placed = { ...event, prev, ...(carriesEpoch && { epoch }) } as LiveEvent;
    return { position: formatPosition(epoch, event.seq), event: placed };
  };

  while (!signal.aborted) {
    const session = await findSessionLog(read, sessionId);
    if (!session) throw sessionNotFound(sessionId);
    if (session.deleted) {
      if (seq === undefined || seq >= session.seq) throw sessionNotFound(sessionId);
      yield place({ type: "session_deleted", seq: session.seq });
      return;
    }
    // Position 0 is before everything, also in a session made anew: all that is left in the log is its own.
    if (seq === undefined || (seq > 0 && seq < session.start_seq) || seq > session.seq) {
      const snapshot = await readSnapshot(read, sessionId, limits.snapshotMessages);
      if (!snapshot) continue;
      const { id, title, created_at } = snapshot.session;
      const messages = snapshot.messages.map(toMessage);
      seq = undefined;
      yield place({
        type: beginning,
        seq: snapshot.session.seq,
        session: { id, title, created_at, messages },
      });
      beginning = "reset";
      continue;
    }
    const changes = await readChanges(desk, session, seq);
    for (const change of changes) yield place(change);
    if (changes.length > 0) continue;
    if (!caughtUp) {
      caughtUp = true;
      yield place({ type: "caught_up", seq });
      continue;
    }
    await bell.wait();
  }
}

/** The next changes after `after`, in their order, none of them beyond the head that `session` names. */
async function readChanges(desk: Desk, session: SessionRow, after: number): Promise<UnplacedEvent[]> {
  if (session.seq === after) return [];
  const rows = await listChangedMessages(desk.database.read, {
    sessionId: session.id,
    after,
    upTo: session.seq,
    limit: changesPerRead,
  });
  const changes = rows.map(toChange);
  const end = rows.length < changesPerRead ? session.seq : (rows.at(-1)?.seq ?? session.seq);
  if (session.title_seq > after && session.title_seq <= end) {
    const { id, title, created_at } = session;
    const place = changes.findIndex((change) => change.seq > session.title_seq);
    changes.splice(place < 0 ? changes.length : place, 0, {
      type: "session",
      seq: session.title_seq,
      session: { id, title, created_at },
    });
  }
  return changes;
}

function toChange({ seq, deleted, ...row }: ChangedMessageRow): UnplacedEvent {
  return deleted
    ? { type: "message_deleted", seq, message_id: row.id }
    : { type: "message", seq, message: toMessage(row) };
}
