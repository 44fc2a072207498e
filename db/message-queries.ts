import type { ExpressionBuilder, Insertable, Selectable } from "kysely";
import { sql } from "kysely";
import type { MessageTable } from "./message.table.ts";
import type { Executor } from "./open-database.ts";
import { opaque, prepare, prepareByShape } from "./statement.ts";
import type { Tables } from "./tables.ts";

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
  /** No messages at all unless the session stands at this position. */
  atSeq?: number | undefined;
  limit: number;
  /** `newest` takes the page from the end. Either way the rows come in the order they were taken. */
  from: "oldest" | "newest";
};

export function listMessages(db: Executor, page: MessagePageQuery): Promise<MessageRow[]> {
  return messagePages(page).all(db, page);
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

/** How large a message is: how many bytes its content has. */
export type MessageSize = { id: number; bytes: number };

export function listMessageSizes(db: Executor, page: MessagePageQuery): Promise<MessageSize[]> {
  return messageSizes(page).all(db, page);
}

/** How many of these, from the first, make a chunk. */
export function countInChunk(sizes: readonly MessageSize[]): number {
  let total = 0;
  const tooMany = sizes.findIndex(({ bytes }) => (total += bytes) > chunkBytes);
  return tooMany < 0 ? sizes.length : Math.max(1, tooMany);
}

async function countFitting(db: Executor, page: MessagePageQuery): Promise<number> {
  const sizes = await listMessageSizes(db, page);
  const count = countInChunk(sizes);
  return count === sizes.length ? page.limit : count;
}

const messagePages = prepareByShape(shapeOf, (db, page: MessagePageQuery, shape) =>
  selectPage(db, page, shape).select(messageColumns),
);

const messageSizes = prepareByShape(shapeOf, (db, page: MessagePageQuery, shape) =>
  selectPage(db, page, shape).select(["id", sql<number>`octet_length(content)`.as("bytes")]),
);

/** What of a page's bounds there is makes another statement: one for all would read more than its own rows. */
function shapeOf({ after, before, upToSeq, atSeq, from }: MessagePageQuery) {
  return {
    after: after !== undefined,
    before: before !== undefined,
    upToSeq: upToSeq !== undefined,
    atSeq: atSeq !== undefined,
    from,
  };
}

function selectPage(db: Executor, page: MessagePageQuery, shape: ReturnType<typeof shapeOf>) {
  return db
    .selectFrom("message")
    .where("session_id", "=", opaque(page.sessionId, "text"))
    .where("deleted", "=", sql.lit(0))
    .$if(shape.after, (query) => query.where("id", ">", page.after ?? 0))
    .$if(shape.before, (query) => query.where("id", "<", page.before ?? 0))
    .$if(shape.upToSeq, (query) => query.where("seq", "<=", page.upToSeq ?? 0))
    .$if(shape.atSeq, (query) => query.where((eb) => eb.exists(selectStand(eb, page))))
    .orderBy("id", shape.from === "oldest" ? "asc" : "desc")
    .limit(opaque(page.limit, "integer"));
}

/** The session, if it stands where the page has to be of. SQLite asks once a statement, and not for each message. */
function selectStand(eb: ExpressionBuilder<Tables, "message">, { sessionId, atSeq }: MessagePageQuery) {
  return eb
    .selectFrom("chatsession")
    .select(sql.lit(1).as("stands"))
    .where("chatsession.id", "=", opaque(sessionId, "text"))
    .where("chatsession.seq", "=", atSeq ?? 0)
    .where("chatsession.deleted", "=", sql.lit(0));
}

const selectLatestId = prepare((db, session: { id: string }) =>
  db
    .selectFrom("message")
    .select((eb) => eb.fn.max("id").as("id"))
    .where("session_id", "=", session.id)
    .where("deleted", "=", sql.lit(0)),
);

/** The id of a session's newest message; 0 if it has none. */
export async function findLatestMessageId(db: Executor, sessionId: string): Promise<number> {
  return (await selectLatestId.first(db, { id: sessionId }))?.id ?? 0;
}

type NewMessage = Omit<Insertable<MessageTable>, "id" | "deleted">;

const addMessage = prepare((db, message: Required<NewMessage>) =>
  db
    .insertInto("message")
    .values({
      session_id: message.session_id,
      content: message.content,
      sender: message.sender,
      timestamp: message.timestamp,
      seq: message.seq,
      key: message.key,
      key_digest: message.key_digest,
    })
    .returning("id"),
);

/** Stores a message, which takes its id now. */
export async function insertMessage(db: Executor, message: NewMessage): Promise<MessageRow> {
  const { session_id, content, sender, timestamp, seq, key = null, key_digest = null } = message;
  const row = { session_id, content, sender, timestamp, key };
  const { id } = await addMessage.only(db, { ...row, seq, key_digest });
  return { id, ...row };
}

const selectByKey = prepare((db, send: { sessionId: string; key: string }) =>
  db
    .selectFrom("message")
    .select([...messageColumns, "key_digest"])
    .where("session_id", "=", send.sessionId)
    .where("key", "=", send.key),
);

/** The send that named `key`, deleted or not. */
export function findMessageByKey(
  db: Executor,
  sessionId: string,
  key: string,
): Promise<(MessageRow & { key_digest: string | null }) | undefined> {
  return selectByKey.first(db, { sessionId, key });
}

const selectMessage = prepare((db, message: { sessionId: string; id: number }) =>
  db
    .selectFrom("message")
    .select(messageColumns)
    .where("id", "=", message.id)
    .where("session_id", "=", message.sessionId)
    .where("deleted", "=", sql.lit(0)),
);

/** A message that is not deleted. */
export function findMessage(db: Executor, sessionId: string, id: number): Promise<MessageRow | undefined> {
  return selectMessage.first(db, { sessionId, id });
}

type Edit = { id: number; content: string; seq: number };

const editMessage = prepare((db, { id, content, seq }: Edit) =>
  db.updateTable("message").set({ content, seq }).where("id", "=", id).returning(messageColumns),
);

/** Gives a message other content and the position `seq`. */
export function updateContent(db: Executor, edit: Edit): Promise<MessageRow> {
  return editMessage.only(db, edit);
}

const emptyMessage = prepare((db, { id, seq }: { id: number; seq: number }) =>
  db.updateTable("message").set({ content: "", deleted: 1, seq }).where("id", "=", id),
);

/** Leaves of a message its id, its key and the position of its deletion. */
export async function entombMessage(db: Executor, tomb: { id: number; seq: number }): Promise<void> {
  await emptyMessage.all(db, tomb);
}
