import { sql } from "kysely";
import { appendedTo } from "./reply-text.ts";

// The columns of `message` in statements that read from that table by that name.

const isStreaming = sql`message.status = 'streaming'`;

const appended = appendedTo("message");

/** The text of a message; of a reply that is streaming, the text so far. */
export const messageText = sql<string>`case when ${isStreaming} then content || ${appended.text} else content end`;

const chunks = sql<string | null>`case when ${isStreaming} then ${appended.chunks} end`;

/** How large a message is, in bytes. */
export const messageBytes = sql<number>`(octet_length(content) + case when extra is null and status is null then 0
  else ifnull(octet_length(extra), 0)
  + case when ${isStreaming} then ifnull((select text_bytes + chunk_bytes from reply where reply.message_id = message.id), 0) else 0 end end)`;

/** The `seq` of the last change; of a reply that is streaming, that of its last piece. */
const lastSeq = sql<number>`case when ${isStreaming}
  then ifnull((select reply.seq from reply where reply.message_id = message.id), message.seq) else message.seq end`;

const small = [
  "id",
  "session_id",
  "sender",
  "timestamp",
  "key",
  lastSeq.as("seq"),
  "status",
  "complete_id",
] as const;

export const messageColumns = [...small, "extra", messageText.as("content"), chunks.as("chunks")] as const;

/** The same. A message of more than `maxBytes` has a content of null: the number of messages alone says how much is read. */
export function smallMessageColumns(maxBytes: number) {
  const isSmall = sql`${messageBytes} <= ${sql.lit(maxBytes)}`;
  return [
    ...small,
    // Most messages have neither, and their size is then computed once.
    sql<string | null>`case when extra is not null and ${isSmall} then extra end`.as("extra"),
    sql<string | null>`case when ${isSmall} then ${messageText} end`.as("content"),
    sql<string | null>`case when ${isStreaming} and ${isSmall} then ${chunks} end`.as("chunks"),
  ] as const;
}

/** How many of these, from the first, have their content. */
export function countSmall(rows: readonly { content: string | null }[]): number {
  const large = rows.findIndex(({ content }) => content === null);
  return large < 0 ? rows.length : large;
}
