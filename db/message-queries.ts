import type { Insertable, Selectable } from "kysely";
import { sql } from "kysely";
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
  return selectPage(db, page).select(messageColumns).execute();
}

/** Up to so many messages are read without asking first how large they are. */
export const fewMessages = 10;

/** How much content a chunk of messages holds, in bytes, unless a single message has more. */
const chunkBytes = 1024 * 1024;

/** The page, or if its messages are large the first of them, and whether there are no more after these. */
export async function listMessageChunk(
  db: Executor,
  page: MessagePageQuery,
): Promise<{ rows: MessageRow[]; isLast: boolean }> {
  const limit = page.limit > fewMessages ? await countFitting(db, page) : page.limit;
  const rows = await listMessages(db, { ...page, limit });
  return { rows, isLast: rows.length < limit };
}

async function countFitting(db: Executor, page: MessagePageQuery): Promise<number> {
  const sizes = await selectPage(db, page)
    .select(sql<number>`octet_length(content)`.as("bytes"))
    .execute();
  let total = 0;
  const tooMany = sizes.findIndex(({ bytes }) => (total += bytes) > chunkBytes);
  return tooMany < 0 ? page.limit : Math.max(1, tooMany);
}

function selectPage(db: Executor, page: MessagePageQuery) {
  return db
    .selectFrom("message")
    .where("session_id", "=", page.sessionId)
    .where("deleted", "=", 0)
    .$if(page.after !== undefined, (query) => query.where("id", ">", page.after ?? 0))
    .$if(page.before !== undefined, (query) => query.where("id", "<", page.before ?? 0))
    .$if(page.upToSeq !== undefined, (query) => query.where("seq", "<=", page.upToSeq ?? 0))
    .orderBy("id", page.from === "oldest" ? "asc" : "desc")
    .limit(page.limit);
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
