import type { Expression, RawBuilder } from "kysely";
import { sql } from "kysely";

type Appended = {
  /** The text that was appended: empty if there is none. */
  text: RawBuilder<string>;
  /** The chunks, with commas between them: null if there are none. */
  chunks: RawBuilder<string | null>;
};

/** The `seq` up to which the pieces of a reply are in blocks: 0 if there are none. */
export function lastOfBlocks(messageId: Expression<number>, upToEnd: RawBuilder<unknown> = sql``) {
  return sql<number>`ifnull((select max(seq) from reply_block where message_id = ${messageId} ${upToEnd}), 0)`;
}

/**
 * All that was appended to a reply, up to a position if one is given: its blocks, and the pieces after the last of them.
 *
 * @param table the name of the table `message` in the statement
 */
export function appendedTo(table: "message" | "last", upTo?: Expression<number>): Appended {
  const id = sql.ref<number>(`${table}.id`);
  const upToEnd = upTo ? sql`and seq <= ${upTo}` : sql``;
  const blocks = sql`reply_block where message_id = ${id} ${upToEnd}`;
  const pieces = sql`reply_piece where message_id = ${id} and seq > ${lastOfBlocks(id, upToEnd)} ${upToEnd}`;
  return {
    text: sql`ifnull(${joined("text", "", blocks)}, '') || ifnull(${joined("text", "", pieces)}, '')`,
    // Most replies have none, and their pieces need not be read for them.
    chunks: sql`case when (select chunk_count from reply where message_id = ${id}) > 0
      then nullif(concat_ws(',', ${joined("chunks", ",", blocks)}, ${joined("chunks", ",", pieces)}), '') end`,
  };
}

/**
 * Joins a column of rows in the order of `seq`. SQLite keeps the order of a subquery for `group_concat`. With `order by` in the
 * function it would sort the values although their index has the order, which takes three times as long.
 */
function joined(column: "text" | "chunks", separator: "" | ",", rows: RawBuilder<unknown>) {
  const [value, between] = [sql.ref(column), sql.lit(separator)];
  return sql`(select group_concat(${value}, ${between}) from (select ${value} from ${rows} order by seq))`;
}
