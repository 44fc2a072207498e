import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** A page of the list is read without those that were deleted: on `chatsession_ordinal` they would lie between the others. */
export const listPage: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create index chatsession_page on chatsession (ordinal) where deleted = 0`.execute(db);
  },
};
