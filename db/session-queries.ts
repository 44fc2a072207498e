import type { Selectable } from "kysely";
import { sql } from "kysely";
import type { ChatSessionTable } from "./chatsession.table.ts";
import type { Executor } from "./open-database.ts";

export type SessionHeadRow = Pick<Selectable<ChatSessionTable>, "id" | "title" | "created_at">;
export type SessionRow = Selectable<ChatSessionTable>;

const head = ["id", "title", "created_at"] as const;

/** A session that is not deleted. */
export function findSession(db: Executor, id: string): Promise<SessionHeadRow | undefined> {
  return db
    .selectFrom("chatsession")
    .select(head)
    .where("id", "=", id)
    .where("deleted", "=", 0)
    .executeTakeFirst();
}

/** The head of a session's log, also of a session that is deleted. */
export function findSessionLog(db: Executor, id: string): Promise<SessionRow | undefined> {
  return db.selectFrom("chatsession").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Sessions newest first, those made before the one with `beforeOrdinal`. */
export function listSessions(
  db: Executor,
  { beforeOrdinal, limit }: { beforeOrdinal: number; limit: number },
): Promise<(SessionHeadRow & { ordinal: number })[]> {
  return db
    .selectFrom("chatsession")
    .select([...head, "ordinal"])
    .where("deleted", "=", 0)
    .where("ordinal", "<", beforeOrdinal)
    .orderBy("ordinal", "desc")
    .limit(limit)
    .execute();
}

/**
 * Makes a session, or makes a deleted one anew. The new one goes on where its predecessor's log ended: its own first
 * change is that it is there again, so whoever still follows the old one learns of it.
 *
 * @returns undefined if a session of that id exists.
 */
export function insertSession(db: Executor, session: SessionHeadRow): Promise<SessionHeadRow | undefined> {
  return db
    .insertInto("chatsession")
    .values((eb) => ({
      ...session,
      ordinal: eb
        .selectFrom("chatsession")
        .select((inner) =>
          inner(inner.fn.coalesce(inner.fn.max("ordinal"), inner.lit(0)), "+", 1).as("next"),
        ),
      seq: 0,
    }))
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet((eb) => ({
          title: eb.ref("excluded.title"),
          created_at: eb.ref("excluded.created_at"),
          ordinal: eb.ref("excluded.ordinal"),
          start_seq: eb.ref("chatsession.seq"),
          seq: eb("chatsession.seq", "+", 1),
          title_seq: eb("chatsession.seq", "+", 1),
          deleted: 0,
        }))
        .where("chatsession.deleted", "=", 1),
    )
    .returning(head)
    .executeTakeFirst();
}

/** Takes the session's next position. @returns undefined if there is no such session. */
export async function takeNextSeq(db: Executor, id: string): Promise<number | undefined> {
  const row = await db
    .updateTable("chatsession")
    .set((eb) => ({ seq: eb("seq", "+", 1) }))
    .where("id", "=", id)
    .where("deleted", "=", 0)
    .returning("seq")
    .executeTakeFirst();
  return row?.seq;
}

/** Gives the session another title and the next position. */
export async function updateTitle(db: Executor, id: string, title: string): Promise<void> {
  await db
    .updateTable("chatsession")
    .set((eb) => ({ title, seq: eb("seq", "+", 1), title_seq: eb("seq", "+", 1) }))
    .where("id", "=", id)
    .execute();
}

/** Leaves of a session its id and its last position. @returns whether there was such a session. */
export async function deleteSessionRow(db: Executor, id: string): Promise<boolean> {
  const row = await db
    .updateTable("chatsession")
    .set((eb) => ({ title: "", seq: eb("seq", "+", 1), deleted: 1 }))
    .where("id", "=", id)
    .where("deleted", "=", 0)
    .returning("id")
    .executeTakeFirst();
  if (!row) return false;
  await db.deleteFrom("message").where("session_id", "=", id).execute();
  return true;
}

/** The name of this history, which every position carries. */
export async function readEpoch(db: Executor): Promise<string> {
  const { epoch } = await db
    .selectFrom("history")
    .select("epoch")
    .where("id", "=", sql.lit(1))
    .executeTakeFirstOrThrow();
  return epoch;
}
