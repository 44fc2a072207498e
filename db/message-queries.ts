import type { Insertable, Selectable } from "kysely";
import type { MessageTable } from "./message.table.ts";
import type { Executor } from "./open-database.ts";

/** What every door shows of a message. */
export type MessageRow = Pick<
  Selectable<MessageTable>,
  "id" | "session_id" | "content" | "sender" | "timestamp" | "key"
>;

export const messageColumns = ["id", "session_id", "content", "sender", "timestamp", "key"] as const;

export type MessagePageQuery = {
  sessionId: string;
  /** Only ids above this one. */
  after?: number | undefined;
  /** Only ids below this one. */
  before?: number | undefined;
  /** Only messages whose last change is not beyond this position. */
  upToSeq?: number | undefined;
  limit: number;
  /** `newest` takes the page from the end. Either way the rows come in the order they were taken. */
  from: "oldest" | "newest";
};

export function listMessages(db: Executor, page: MessagePageQuery): Promise<MessageRow[]> {
  return db
    .selectFrom("message")
    .select(messageColumns)
    .where("session_id", "=", page.sessionId)
    .where("deleted", "=", 0)
    .$if(page.after !== undefined, (query) => query.where("id", ">", page.after ?? 0))
    .$if(page.before !== undefined, (query) => query.where("id", "<", page.before ?? 0))
    .$if(page.upToSeq !== undefined, (query) => query.where("seq", "<=", page.upToSeq ?? 0))
    .orderBy("id", page.from === "oldest" ? "asc" : "desc")
    .limit(page.limit)
    .execute();
}

/** The id of a session's newest message; 0 if it has none. */
export async function findLatestMessageId(db: Executor, sessionId: string): Promise<number> {
  const row = await db
    .selectFrom("message")
    .select((eb) => eb.fn.max("id").as("id"))
    .where("session_id", "=", sessionId)
    .where("deleted", "=", 0)
    .executeTakeFirst();
  return row?.id ?? 0;
}

export function insertMessage(db: Executor, message: Insertable<MessageTable>): Promise<MessageRow> {
  return db.insertInto("message").values(message).returning(messageColumns).executeTakeFirstOrThrow();
}

/** The send that named `key`, deleted or not. */
export function findMessageByKey(
  db: Executor,
  sessionId: string,
  key: string,
): Promise<(MessageRow & { key_digest: string | null }) | undefined> {
  return db
    .selectFrom("message")
    .select([...messageColumns, "key_digest"])
    .where("session_id", "=", sessionId)
    .where("key", "=", key)
    .executeTakeFirst();
}

/** A message that is not deleted. */
export function findMessage(db: Executor, sessionId: string, id: number): Promise<MessageRow | undefined> {
  return db
    .selectFrom("message")
    .select(messageColumns)
    .where("id", "=", id)
    .where("session_id", "=", sessionId)
    .where("deleted", "=", 0)
    .executeTakeFirst();
}

export function updateContent(
  db: Executor,
  { id, content, seq }: { id: number; content: string; seq: number },
): Promise<MessageRow> {
  return db
    .updateTable("message")
    .set({ content, seq })
    .where("id", "=", id)
    .returning(messageColumns)
    .executeTakeFirstOrThrow();
}

/** Leaves of a message its id, its key and the position of its deletion. */
export async function entombMessage(db: Executor, { id, seq }: { id: number; seq: number }): Promise<void> {
  await db.updateTable("message").set({ content: "", deleted: 1, seq }).where("id", "=", id).execute();
}
