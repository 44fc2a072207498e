import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";

/** The `seq` at which a message was added: a repeated send gets the answer of the first send, also after an edit. */
export const firstPosition: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable("message").addColumn("sent_seq", "integer").execute();
  },
};
