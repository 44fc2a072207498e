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
    await sql`alter table reply rename column shown_seq to seq`.execute(db);
    await sql`update reply set seq = ifnull((select max(seq) from reply_piece where message_id = reply.message_id), seq)`.execute(
      db,
    );
  },
};
