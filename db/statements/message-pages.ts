import { countInChunk, fewMessages, smallReadBytes } from "../read-sizes.ts";
import type { MessagePageQuery, MessageRow, MessageSize } from "../rows.ts";
import type { ExpressionBuilder, Kysely } from "kysely";
import { sql } from "kysely";
import { countSmall, messageBytes, messageColumns, smallMessageColumns } from "./message-columns.ts";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepareByShape } from "./statement.ts";
import type { Tables } from "./tables.ts";

export function listMessages(db: Executor, page: MessagePageQuery): Promise<MessageRow[]> {
  const parameters = parametersOf(page);
  return messagePages(parameters).execute(db, parameters);
}

/** The most content that these may have together, in bytes. */
const fewBytes = 256 * 1024;

/** Whether the first chunk of these messages is a small read. */
export async function isSmallPage(db: Executor, page: MessagePageQuery): Promise<boolean> {
  const parameters = parametersOf({ ...page, limit: Math.min(page.limit, fewMessages) });
  const { bytes } = await contentBytes(parameters).takeFirstOrThrow(db, parameters);
  return (bytes ?? 0) <= smallReadBytes;
}

/** The page or, if its messages are large, its first messages; and whether these end the page. */
export async function listMessageChunk(
  db: Executor,
  page: MessagePageQuery,
): Promise<{ rows: MessageRow[]; isLast: boolean }> {
  if (page.limit > fewMessages) return readFitting(db, page);
  const parameters = parametersOf(page);
  const rows = await smallMessagePages(parameters).execute(db, parameters);
  const end = countSmall(rows);
  if (end === rows.length) return { rows: rows as MessageRow[], isLast: rows.length < page.limit };
  return end === 0 ? readFitting(db, page) : { rows: rows.slice(0, end) as MessageRow[], isLast: false };
}

async function readFitting(
  db: Executor,
  page: MessagePageQuery,
): Promise<{ rows: MessageRow[]; isLast: boolean }> {
  const limit = await countFitting(db, page);
  const rows = await listMessages(db, { ...page, limit });
  return { rows, isLast: rows.length < limit };
}

export function listMessageSizes(db: Executor, page: MessagePageQuery): Promise<MessageSize[]> {
  const parameters = parametersOf(page);
  return messageSizes(parameters).execute(db, parameters);
}

async function countFitting(db: Executor, page: MessagePageQuery): Promise<number> {
  const sizes = await listMessageSizes(db, page);
  const count = countInChunk(sizes);
  return count === sizes.length ? page.limit : count;
}

type Parameters = Omit<MessagePageQuery, "life"> & { sessionId: string; ordinal: number };

function parametersOf({ life, after, before, upToSeq, atSeq, limit, from }: MessagePageQuery): Parameters {
  const { id: sessionId, ordinal, purge_id: purgeId } = life;
  const lowest = purgeId === null ? after : Math.max(purgeId, after ?? purgeId);
  // Copied field by field: this runs for each session of a list.
  return { sessionId, ordinal, after: lowest, before, upToSeq, atSeq, limit, from };
}

const messagePages = prepareByShape(shapeOf, (db, page: Placeholders<Parameters>, shape) =>
  selectPage(db, page, shape).select(messageColumns),
);

const smallMessagePages = prepareByShape(shapeOf, (db, page: Placeholders<Parameters>, shape) =>
  selectPage(db, page, shape).select(smallMessageColumns(Math.floor(fewBytes / fewMessages))),
);

const messageSizes = prepareByShape(shapeOf, (db, page: Placeholders<Parameters>, shape) =>
  selectPage(db, page, shape).select(["id", messageBytes.as("bytes")]),
);

const contentBytes = prepareByShape(shapeOf, (db, page: Placeholders<Parameters>, shape) =>
  db
    .selectFrom(selectPage(db, page, shape).select(messageBytes.as("bytes")).as("page"))
    .select(({ fn }) => fn.sum<number | null>("bytes").as("bytes")),
);

/** Each set of bounds has its own statement: a single statement for all would read more rows than the page has. */
function shapeOf({ after, before, upToSeq, atSeq, from }: Parameters) {
  return {
    after: after !== undefined,
    before: before !== undefined,
    upToSeq: upToSeq !== undefined,
    atSeq: atSeq !== undefined,
    from,
  };
}

type Shape = ReturnType<typeof shapeOf>;

function selectPage(db: Kysely<Tables>, page: Placeholders<Parameters>, shape: Shape) {
  return db
    .selectFrom("message")
    .where("session_id", "=", unpeekedParam(page.sessionId, "text"))
    .where("deleted", "=", sql.lit(0))
    .where((eb) => eb.exists(selectLife(eb, page, shape)))
    .$if(shape.after, (query) => query.where("id", ">", unpeekedParam(page.after, "integer")))
    .$if(shape.before, (query) => query.where("id", "<", unpeekedParam(page.before, "integer")))
    .$if(shape.upToSeq, (query) => query.where("seq", "<=", page.upToSeq))
    .orderBy("id", shape.from === "oldest" ? "asc" : "desc")
    .limit(unpeekedParam(page.limit, "integer"));
}

/**
 * The session, if it still has the life of the page. SQLite evaluates this once for a statement, and not for each
 * message.
 */
function selectLife(
  eb: ExpressionBuilder<Tables, "message">,
  page: Placeholders<Parameters>,
  { atSeq }: Shape,
) {
  return eb
    .selectFrom("chatsession")
    .select(sql.lit(1).as("lives"))
    .where("chatsession.id", "=", unpeekedParam(page.sessionId, "text"))
    .where("chatsession.ordinal", "=", unpeekedParam(page.ordinal, "integer"))
    .where("chatsession.deleted", "=", sql.lit(0))
    .$if(atSeq, (query) => query.where("chatsession.seq", "=", unpeekedParam(page.atSeq, "integer")));
}
