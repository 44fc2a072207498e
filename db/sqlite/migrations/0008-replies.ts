import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Messages that are written in pieces, and the optional fields of a message. */
export const replies: Migration = {
  async up(db: Kysely<unknown>) {
    for (const column of ["status", "extra", "end_digest"]) {
      await db.schema.alterTable("message").addColumn(column, "text").execute();
    }
    await db.schema.alterTable("message").addColumn("complete_id", "integer").execute();
    await sql`create index message_completed on message (session_id, complete_id) where complete_id is not null`.execute(
      db,
    );
    // They name messages without a foreign key: tables that refer to messages keep those from being deleted.
    await sql`create table reply (
      message_id integer primary key,
      session_id text not null,
      writer text not null,
      shown_seq integer not null,
      chars integer not null,
      chunk_count integer not null default 0,
      text_bytes integer not null default 0,
      chunk_bytes integer not null default 0
    )`.execute(db);
    await sql`create index reply_session on reply (session_id)`.execute(db);
    await sql`create table reply_piece (
      message_id integer not null,
      seq integer not null,
      start integer not null,
      text text not null,
      chunk_start integer not null,
      chunks text,
      primary key (message_id, seq)
    ) without rowid`.execute(db);
    await sql`alter table history add column pieces integer not null default 0`.execute(db);
  },
};
