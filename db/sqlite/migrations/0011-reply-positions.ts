import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";

/**
 * An open reply has the position of its last piece in its own row. The row of its message stays as it is with each piece: that row
 * and its indexes are in pages of their own, which each commit would write.
 */
export const replyPositions: Migration = {
  async up(db: Kysely<unknown>) {
    await sql`update message set seq = (select shown_seq from reply where message_id = message.id)
      where id in (select message_id from reply)`.execute(db);
    // The table is made anew: to rename a column SQLite parses all views of the file, and another program's may be broken.
    await sql`create table open_reply as select * from reply`.execute(db);
    await sql`drop table reply`.execute(db);
    await sql`create table reply (
      message_id integer primary key,
      session_id text not null,
      writer text not null,
      seq integer not null,
      chars integer not null,
      chunk_count integer not null default 0,
      text_bytes integer not null default 0,
      chunk_bytes integer not null default 0,
      pieces integer not null default 0,
      renewals integer not null default 0
    )`.execute(db);
    await sql`create index reply_session on reply (session_id)`.execute(db);
    await sql`insert into reply
      select message_id, session_id, writer,
        ifnull((select max(seq) from reply_piece where reply_piece.message_id = open_reply.message_id), shown_seq),
        chars, chunk_count, text_bytes, chunk_bytes, pieces, 0
      from open_reply`.execute(db);
    await sql`drop table open_reply`.execute(db);
  },
};
