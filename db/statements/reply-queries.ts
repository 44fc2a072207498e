import type { Expression, Kysely } from "kysely";
import { sql } from "kysely";
import { NothingLeft } from "../store-errors.ts";
import type { OpenReply, ReplyStand } from "../reply-rows.ts";
import type { NamedMessage } from "../rows.ts";
import type { Executor } from "./executor.ts";
import { isPast } from "./message-queries.ts";
import { removePieces } from "./reply-pieces.ts";
import type { Placeholders } from "./statement.ts";
import { prepare, unpeekedParam } from "./statement.ts";
import type { Tables } from "./tables.ts";

const selectStandById = prepare((db, named: Placeholders<{ sessionId: string; id: number }>) =>
  selectStand(db, named.sessionId).where("message.id", "=", unpeekedParam(named.id, "integer")),
);

const selectStandByKey = prepare((db, named: Placeholders<{ sessionId: string; key: string }>) =>
  selectStand(db, named.sessionId).where("message.key", "=", unpeekedParam(named.key, "text")),
);

// The parameters are hidden: SQLite would look at them for the join, and re-plan it at each run, which takes ten times as long.
function selectStand(db: Kysely<Tables>, sessionId: Expression<string>) {
  return db
    .selectFrom("message")
    .leftJoin("reply", "reply.message_id", "message.id")
    .select([
      "message.id",
      "message.status",
      "message.deleted",
      "message.end_digest",
      "reply.writer",
      "reply.chars",
      "reply.chunk_count",
      "reply.chunk_bytes",
      "reply.renewals",
      sql<number>`ifnull(reply.seq, message.seq)`.as("seq"),
    ])
    .where("message.session_id", "=", unpeekedParam(sessionId, "text"))
    .where(isPast, "=", 0);
}

/** A message as a reply, also one that is deleted. */
export function findReplyStand(
  db: Executor,
  sessionId: string,
  named: NamedMessage,
): Promise<ReplyStand | undefined> {
  return "id" in named
    ? selectStandById.takeFirst(db, { sessionId, id: named.id })
    : selectStandByKey.takeFirst(db, { sessionId, key: named.key });
}

const countOfSession = prepare((db, session: Placeholders<{ sessionId: string }>) =>
  db
    .selectFrom("reply")
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .where("session_id", "=", session.sessionId),
);

export async function countOpenReplies(db: Executor, sessionId: string): Promise<number> {
  return (await countOfSession.takeFirstOrThrow(db, { sessionId })).count;
}

const selectOpen = prepare((db) => db.selectFrom("reply").select(["message_id", "session_id", "renewals"]));

export function listOpenReplies(db: Executor): Promise<OpenReply[]> {
  return selectOpen.execute(db, {});
}

type NewReply = { messageId: number; sessionId: string; writer: string; seq: number; chars: number };

const insertReply = prepare((db, reply: Placeholders<NewReply>) =>
  db
    .insertInto("reply")
    .values({
      message_id: reply.messageId,
      session_id: reply.sessionId,
      writer: reply.writer,
      seq: reply.seq,
      chars: reply.chars,
    })
    .returning("message_id"),
);

/** Opens a message, which has the status `streaming`, for pieces. */
export async function openReply(db: Executor, reply: NewReply): Promise<void> {
  await insertReply.takeFirstOrThrow(db, reply);
}

const renew = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db
    .updateTable("reply")
    .set((eb) => ({ renewals: eb("renewals", "+", 1) }))
    .where("message_id", "=", id)
    .returning("renewals"),
);

/** Counts a renewal of the lease of a reply, which is streaming. @returns how many there were */
export async function renewReply(db: Executor, id: number): Promise<number> {
  return (await renew.takeFirstOrThrow(db, { id })).renewals;
}

const deleteReply = prepare((db, { id }: Placeholders<{ id: number }>) =>
  db.deleteFrom("reply").where("message_id", "=", id),
);

const addToHistory = prepare((db, { id }: Placeholders<{ id: number }>) => {
  const reply = db.selectFrom("reply").where("message_id", "=", id);
  return db
    .updateTable("history")
    .set((eb) => ({ pieces: eb("pieces", "+", reply.select("pieces")) }))
    .where((eb) => eb.exists(reply.select("message_id")));
});

/** Removes the pieces of a message that is no longer written, if it was. */
export async function removeReply(db: Executor, id: number): Promise<void> {
  await addToHistory.execute(db, { id });
  await removePieces(db, id);
  await deleteReply.execute(db, { id });
}

const selectOfSession = prepare((db, session: Placeholders<{ sessionId: string }>) =>
  db.selectFrom("reply").select("message_id").where("session_id", "=", session.sessionId),
);

export async function removeRepliesOf(db: Executor, sessionId: string): Promise<void> {
  for (const { message_id: id } of await selectOfSession.execute(db, { sessionId }))
    await removeReply(db, id);
}

// The table belongs to SQLite, and is in no type of ours.
const drawId = prepare((db) => ({
  compile: () =>
    sql<{
      id: number;
    }>`update sqlite_sequence set seq = seq + 1 where name = 'message' returning seq as id`.compile(db),
}));

/** Takes the next message id for something else than a message. @throws {NothingLeft} */
export async function takeMessageId(db: Executor): Promise<number> {
  const { id } = await drawId.takeFirstOrThrow(db, {});
  if (!Number.isSafeInteger(id)) throw new NothingLeft("message ids");
  return id;
}
