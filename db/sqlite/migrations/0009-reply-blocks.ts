import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** The pieces of an open reply, joined in blocks: a read of a long reply reads few rows. */
export const replyBlocks: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`create table reply_block (
      message_id integer not null,
      seq integer not null,
      text text not null,
      chunks text,
      primary key (message_id, seq)
    ) without rowid`.execute(db);
    await sql`alter table reply add column pieces integer not null default 0`.execute(db);
  },
};
