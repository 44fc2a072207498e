import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * The order of the sessions by their last added messages. Up to now the ids of messages give that order. A session
 * without messages comes after the first message of the sessions that were created before it.
 */
export const activity: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable("chatsession")
      .addColumn("activity_seq", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`
      with reached as (
        select session_id, min(id) as first_id, max(id) as last_id from message
        where id > coalesce((select purge_id from chatsession where chatsession.id = session_id), ${belowEveryId})
        group by session_id
      ), placed as (
        select id, ordinal, last_id, max(first_id) over (order by ordinal) as made_after
        from chatsession left join reached on reached.session_id = chatsession.id
        where deleted = 0
      ), ranked as (
        select id, row_number() over (order by coalesce(last_id, made_after), ordinal) as place from placed
      )
      update chatsession set activity_seq = ranked.place from ranked where ranked.id = chatsession.id
    `.execute(db);
    await sql`create index chatsession_activity on chatsession (activity_seq, ordinal) where deleted = 0`.execute(
      db,
    );
  },
};

const belowEveryId = sql.lit(Number.MIN_SAFE_INTEGER - 1);
