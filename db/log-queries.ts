import { sql } from "kysely";
import type { MessageRow } from "./message-queries.ts";
import { messageColumns } from "./message-queries.ts";
import type { Executor } from "./open-database.ts";
import type { SessionRow } from "./session-queries.ts";

export type ChangedMessageRow = MessageRow & { seq: number; deleted: 0 | 1 };

/** The messages whose last change lies after `after` and not beyond `upTo`, in the order of those changes. */
export function listChangedMessages(
  db: Executor,
  { sessionId, after, upTo, limit }: { sessionId: string; after: number; upTo: number; limit: number },
): Promise<ChangedMessageRow[]> {
  return db
    .selectFrom("message")
    .select([...messageColumns, "seq", "deleted"])
    .where("session_id", "=", sessionId)
    .where("seq", ">", after)
    .where("seq", "<=", upTo)
    .orderBy("seq")
    .limit(limit)
    .execute();
}

/**
 * A session and its latest messages, oldest first, as they stood together at one moment: one statement, because a
 * write between two would give a snapshot that never was.
 *
 * @returns undefined if there is no such session.
 */
export async function readSnapshot(
  db: Executor,
  sessionId: string,
  messageCount: number,
): Promise<{ session: SessionRow; messages: MessageRow[] } | undefined> {
  const rows = await db
    .selectFrom("chatsession as session")
    .leftJoin(
      (eb) =>
        eb
          .selectFrom("message")
          .select(["message.id", "message.content", "message.sender", "message.timestamp", "message.key"])
          .where("session_id", "=", sessionId)
          .where("message.deleted", "=", 0)
          .orderBy("message.id", "desc")
          .limit(messageCount)
          .as("latest"),
      (join) => join.on(sql.lit(true)),
    )
    .selectAll("session")
    .select([
      "latest.id as message_id",
      "latest.content as content",
      "latest.sender as sender",
      "latest.timestamp as timestamp",
      "latest.key as key",
    ])
    .where("session.id", "=", sessionId)
    .where("session.deleted", "=", 0)
    .orderBy("latest.id")
    .execute();
  const [first] = rows;
  if (!first) return undefined;
  const {
    message_id: _id,
    content: _content,
    sender: _sender,
    timestamp: _timestamp,
    key: _key,
    ...session
  } = first;
  const messages = rows.flatMap(({ message_id: id, content, sender, timestamp, key }) =>
    id === null || content === null || sender === null || timestamp === null
      ? []
      : [{ id, session_id: sessionId, content, sender, timestamp, key }],
  );
  return { session, messages };
}
