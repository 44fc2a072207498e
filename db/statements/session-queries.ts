import type { SessionHeadRow, SessionLogRow, SessionRow } from "../rows.ts";
import type { ExpressionBuilder, Kysely } from "kysely";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import { NothingStoredError } from "./nothing-stored-error.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";
import type { Tables } from "./tables.ts";

/** The numbers of a change: in its session's change log, and in the list's change log. */
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
      // A subquery and not a join: SQLite looks at the parameters of a join, and re-plans it at each run.
      .select((eb) =>
        eb
          .selectFrom("history")
          .select("epoch")
          .where("history.id", "=", sql.lit(1))
          .$asScalar()
          .$notNull()
          .as("epoch"),
      )
      .select(
        sql<0 | 1>`exists (select 1 from reply where reply.session_id = chatsession.id)`.as(
          "has_open_replies",
        ),
      )
      .where("chatsession.id", "=", session.id)
  );
}

/** The head of a session's change log, also of a deleted session. */
export function findSessionLog(db: Executor, id: string): Promise<SessionLogRow | undefined> {
  return selectSessionLog.takeFirst(db, { id });
}

/** The next `seq` of the list's change log. A writer has the write lock, so no other writer takes the same number. */
export function nextListSeq(eb: ExpressionBuilder<Tables, "chatsession">) {
  return eb
    .selectFrom("chatsession")
    .select((inner) => inner(inner.fn.coalesce(inner.fn.max("list_seq"), inner.lit(0)), "+", 1).as("next"));
}

/**
 * The first number with too many digits for a position. Another program may have given a row such a number; it is never
 * sent to clients.
 */
export const beyondPositions = 1_000_000_000_000_000;

/** The last `seq` among the messages of a `chatsession`; 0 if there is none. */
export const lastSeqOfSession = sql<number>`coalesce((select max(message.seq) from message
  where message.session_id = chatsession.id and message.seq < ${sql.lit(beyondPositions)}), 0)`;

/**
 * The next `seq` after every existing message, also after one with a `seq` beyond the session's that another program
 * has stored. The `seq` of a message is unique; the `seq` of another change is not, and would collide without an error.
 */
const seqAfterAll = sql<number>`max(seq, ${lastSeqOfSession}) + 1`;

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
 * Takes the session's next `seq`.
 *
 * @returns undefined if there is no such session.
 * @throws {NothingStoredError} if a trigger prevents the update.
 */
export async function takeNextSeq(db: Executor, id: string): Promise<ChangeSeqs | undefined> {
  return (await advanceSession.takeFirst(db, { id })) ?? noSeq(db, id);
}

/** Takes the session's next `seq` for a new message, which counts as activity of the session. */
export async function takeSeqOfMessage(db: Executor, id: string): Promise<ChangeSeqs | undefined> {
  return (await enliven.takeFirst(db, { id })) ?? noSeq(db, id);
}

const advanceAlone = prepare((db, session: Placeholders<{ id: string }>) =>
  db
    .updateTable("chatsession")
    .set({ seq: seqAfterAll })
    .where("id", "=", session.id)
    .where("deleted", "=", sql.lit(0))
    .returning("seq"),
);

/** The same for a piece of a reply, which does not change the list. The session must exist. */
export async function takeSeqOfPiece(db: Executor, id: string): Promise<number> {
  return (await advanceAlone.takeFirstOrThrow(db, { id })).seq;
}

/** Explains why a session was not changed: it does not exist, or a trigger has skipped the change. */
async function noSeq(db: Executor, id: string): Promise<undefined> {
  if (await findSession(db, id)) throw new NothingStoredError("A session that is there was not changed.");
}

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

/** Sets the session's title and takes the next `seq`. */
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

/** The last id that any message was given. The next id is higher. */
export const lastMessageId = sql<number>`coalesce((select seq from sqlite_sequence where name = 'message'), 0)`;

/**
 * Marks a session as deleted.
 *
 * @param hasMessages whether messages of the session are left, which wait for removal
 * @returns undefined if there is no such session.
 * @throws {NothingStoredError} if a trigger prevents the update.
 */
export async function endSession(
  db: Executor,
  { id, hasMessages }: { id: string; hasMessages: boolean },
): Promise<ChangeSeqs | undefined> {
  return (await endSessionRow.takeFirst(db, { id, hasMessages: hasMessages ? 1 : 0 })) ?? noSeq(db, id);
}
