import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** An index for pages of the list without deleted sessions, which are among the others in `chatsession_ordinal`. */
export const listPage: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create index chatsession_page on chatsession (ordinal) where deleted = 0`.execute(db);
  },
};
