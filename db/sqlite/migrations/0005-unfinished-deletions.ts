import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Records which sessions have messages of an earlier life that wait for removal. */
export const unfinishedDeletions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("chatsession").addColumn("purge_id", "integer").execute();
    await sql`create index chatsession_purge on chatsession (id) where purge_id is not null`.execute(db);
  },
};
