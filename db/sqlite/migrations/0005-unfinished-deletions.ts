import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Which sessions have messages of a past life that wait to be removed. */
export const unfinishedDeletions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("chatsession").addColumn("purge_id", "integer").execute();
    await sql`create index chatsession_purge on chatsession (id) where purge_id is not null`.execute(db);
  },
};
