import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { ChangeSeqs } from "./session-queries.ts";
import type { SessionHeadRow } from "../rows.ts";
import { beyondPositions, findSession, lastMessageId, nextListSeq } from "./session-queries.ts";
import { NothingStoredError } from "./nothing-stored-error.ts";
import type { Placeholders } from "./statement.ts";
import { prepare } from "./statement.ts";

/**
 * If another program has removed a session and left its messages, the messages give the last `seq` of that session,
 * except for title changes after them. This many numbers are skipped for such changes.
 */
const titlesAfterMessages = 1000;

const upsertSession = prepare((db, session: Placeholders<SessionHeadRow>) => {
  const lastSeqLeft = sql<number>`(select max(seq) from message
    where session_id = ${session.id} and seq < ${sql.lit(beyondPositions)})`;
  const isAnyLeft = sql<0 | 1>`exists (select 1 from message where session_id = ${session.id})`;
  const startAfterLeft = sql<number>`coalesce(${lastSeqLeft} + ${sql.lit(titlesAfterMessages)}, 0)`;
  return db
    .insertInto("chatsession")
    .values((eb) => ({
      id: session.id,
      title: session.title,
      created_at: session.created_at,
      ordinal: eb
        .selectFrom("chatsession")
        .select((inner) =>
          inner(inner.fn.coalesce(inner.fn.max("ordinal"), inner.lit(0)), "+", 1).as("next"),
        ),
      start_seq: startAfterLeft,
      seq: sql<number>`${startAfterLeft} + ${isAnyLeft}`,
      title_seq: sql<number>`${startAfterLeft} + ${isAnyLeft}`,
      purge_id: sql<number | null>`iif(${isAnyLeft}, ${lastMessageId}, null)`,
      list_seq: nextListSeq(eb),
      activity_seq: nextListSeq(eb),
    }))
    .onConflict((conflict) =>
      conflict
        .column("id")
        .doUpdateSet((eb) => {
          const end = sql<number>`max(chatsession.seq, coalesce(${lastSeqLeft}, 0))`;
          return {
            title: eb.ref("excluded.title"),
            created_at: eb.ref("excluded.created_at"),
            ordinal: eb.ref("excluded.ordinal"),
            list_seq: eb.ref("excluded.list_seq"),
            activity_seq: eb.ref("excluded.activity_seq"),
            purge_id: eb.ref("excluded.purge_id"),
            start_seq: end,
            seq: sql<number>`${end} + 1`,
            title_seq: sql<number>`${end} + 1`,
            deleted: 0,
          };
        })
        .where("chatsession.deleted", "=", 1),
    )
    .returning(["id", "title", "created_at", "ordinal", "seq", "list_seq", "purge_id"]);
});

/**
 * Creates a session, or creates a deleted one again. The new life continues the `seq` of the earlier one. Its first
 * change is the creation itself, so subscribers of the earlier life get it. Messages of an earlier life do not belong
 * to the new one and wait for removal, even if they are the only trace of that life.
 *
 * @returns undefined if a session with that id exists; else its numbers, and whether messages wait for removal.
 * @throws {NothingStoredError} if a trigger prevents the insert.
 */
export async function insertSession(
  db: Executor,
  session: SessionHeadRow,
): Promise<(SessionHeadRow & ChangeSeqs & { ordinal: number; isPurged: boolean }) | undefined> {
  const made = await upsertSession.takeFirst(db, session);
  if (!made && !(await findSession(db, session.id))) {
    throw new NothingStoredError("A session that is not there was not made.");
  }
  if (!made) return undefined;
  const { purge_id, ...row } = made;
  return { ...row, isPurged: purge_id === null };
}
