import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The positions up to which programs inside the server have read the list of sessions. */
export const bookmarks: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table bookmark (
      name text not null primary key,
      position text not null
    ) without rowid`.execute(db);
  },
};
