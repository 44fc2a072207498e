import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * The change log of the list of sessions. Each session has the list's `seq` of its last change; at first these are in
 * the order of creation.
 */
export const listLog: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable("chatsession")
      .addColumn("list_seq", "integer", (column) => column.notNull().defaultTo(0))
      .execute();
    await sql`update chatsession set list_seq = ordinal`.execute(db);
    await db.schema.createIndex("chatsession_list").unique().on("chatsession").column("list_seq").execute();
  },
};
