import type { SessionHeadRow, SessionLogRow, SessionRow } from "../rows.ts";
import type { ExpressionBuilder, Kysely } from "kysely";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import { NothingStoredError } from "./nothing-stored-error.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { Tables } from "./tables.ts";

/** The positions of a change: in its session's log, and in the log of the list of sessions. */
export type ChangeSeqs = Pick<SessionRow, "seq" | "list_seq">;

const head = ["id", "title", "created_at"] as const;
const changeSeqs = ["seq", "list_seq"] as const;

const selectSession = prepare((db, session: Placeholders<{ id: string }>) =>
  db
    .selectFrom("chatsession")
    .select([...head, "ordinal"])
    .where("id", "=", session.id)
    .where("deleted", "=", sql.lit(0)),
);

/** A session that is not deleted. */
export function findSession(
  db: Executor,
  id: string,
): Promise<(SessionHeadRow & Pick<SessionRow, "ordinal">) | undefined> {
  return selectSession.takeFirst(db, { id });
}

const selectSessionLog = prepare(selectLogOf);

export function selectLogOf(db: Kysely<Tables>, session: Placeholders<{ id: string }>) {
  return (
    db
      .selectFrom("chatsession")
      .selectAll()
      // Not a join: SQLite looks at the parameters of one, and plans it anew each time it runs.
      .select((eb) =>
        eb
          .selectFrom("history")
          .select("epoch")
          .where("history.id", "=", sql.lit(1))
          .$asScalar()
          .$notNull()
          .as("epoch"),
      )
      .where("chatsession.id", "=", session.id)
  );
}

/** The head of a session's log, also of a session that is deleted. */
export function findSessionLog(db: Executor, id: string): Promise<SessionLogRow | undefined> {
  return selectSessionLog.takeFirst(db, { id });
}

/** The next position in the log of the list. A writer has the write lock, so no other takes the same position. */
export function nextListSeq(eb: ExpressionBuilder<Tables, "chatsession">) {
  return eb
    .selectFrom("chatsession")
    .select((inner) => inner(inner.fn.coalesce(inner.fn.max("list_seq"), inner.lit(0)), "+", 1).as("next"));
}

/** Positions have so many digits at most: one beyond them, which another program may have given a row, is never told. */
export const beyondPositions = 1_000_000_000_000_000;

/** The last position that a message of a `chatsession` has; 0 if it has none. */
export const lastSeqOfSession = sql<number>`coalesce((select max(message.seq) from message
  where message.session_id = chatsession.id and message.seq < ${sql.lit(beyondPositions)}), 0)`;

const advanceSession = prepare((db, session: Placeholders<{ id: string }>) =>
  db
    .updateTable("chatsession")
    .set((eb) => ({ seq: eb("seq", "+", 1), list_seq: nextListSeq(eb) }))
    .where("id", "=", session.id)
    .where("deleted", "=", sql.lit(0))
    .returning(changeSeqs),
);

const enliven = prepare((db, session: Placeholders<{ id: string }>) =>
  db
    .updateTable("chatsession")
    .set((eb) => ({ seq: eb("seq", "+", 1), list_seq: nextListSeq(eb), activity_seq: nextListSeq(eb) }))
    .where("id", "=", session.id)
    .where("deleted", "=", sql.lit(0))
    .returning(changeSeqs),
);

/**
 * Takes the session's next position.
 *
 * @returns undefined if there is no such session.
 * @throws {NothingStoredError} where a trigger keeps it from that.
 */
export async function takeNextSeq(db: Executor, id: string): Promise<ChangeSeqs | undefined> {
  return (await advanceSession.takeFirst(db, { id })) ?? noSeq(db, id);
}

/** The same for a message that is added, which is an activity of the session. */
export async function takeSeqOfMessage(db: Executor, id: string): Promise<ChangeSeqs | undefined> {
  return (await enliven.takeFirst(db, { id })) ?? noSeq(db, id);
}

/** Why a session was not changed: it is not there, or a trigger has left the change out. */
async function noSeq(db: Executor, id: string): Promise<undefined> {
  if (await findSession(db, id)) throw new NothingStoredError("A session that is there was not changed.");
}

/**
 * The next position after every message there is, also one that another program has put beyond the session's position.
 * A message cannot take a position that another message has. Another change could, without an error.
 */
const seqAfterAll = sql<number>`max(seq, ${lastSeqOfSession}) + 1`;

const renameSession = prepare((db, session: Placeholders<{ id: string; title: string }>) =>
  db
    .updateTable("chatsession")
    .set((eb) => ({
      title: session.title,
      seq: seqAfterAll,
      title_seq: seqAfterAll,
      list_seq: nextListSeq(eb),
    }))
    .where("id", "=", session.id)
    .returning(changeSeqs),
);

/** Gives the session another title and the next position. */
export function updateTitle(db: Executor, id: string, title: string): Promise<ChangeSeqs> {
  return renameSession.takeFirstOrThrow(db, { id, title });
}

const endSessionRow = prepare((db, session: Placeholders<{ id: string; hasMessages: 0 | 1 }>) =>
  db
    .updateTable("chatsession")
    .set((eb) => ({
      title: "",
      seq: seqAfterAll,
      list_seq: nextListSeq(eb),
      deleted: 1,
      purge_id: sql<number | null>`iif(${session.hasMessages}, ${lastMessageId}, null)`,
    }))
    .where("id", "=", session.id)
    .where("deleted", "=", sql.lit(0))
    .returning(changeSeqs),
);

/** The last id that any message was given: that of the next one is above it. */
export const lastMessageId = sql<number>`coalesce((select seq from sqlite_sequence where name = 'message'), 0)`;

/**
 * Marks a session as deleted.
 *
 * @param hasMessages whether messages of it are left, which wait to be removed
 * @returns undefined if there is no such session.
 * @throws {NothingStoredError} where a trigger keeps it from that.
 */
export async function endSession(
  db: Executor,
  { id, hasMessages }: { id: string; hasMessages: boolean },
): Promise<ChangeSeqs | undefined> {
  return (await endSessionRow.takeFirst(db, { id, hasMessages: hasMessages ? 1 : 0 })) ?? noSeq(db, id);
}
