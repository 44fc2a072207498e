import { sql } from "kysely";
import type { MessageRow } from "./message-queries.ts";
import { messageColumns } from "./message-queries.ts";
import type { Executor } from "./open-database.ts";
import type { SessionRow } from "./session-queries.ts";
import { opaque, prepare } from "./statement.ts";

export type ChangedMessageRow = MessageRow & { seq: number; deleted: 0 | 1 };

/** Up to so many changes are read without asking first how large they are. */
const fewChanges = 10;

/** How much content a page of changes holds, in bytes, unless a single message has more. */
const pageBytes = 1024 * 1024;

type ChangesQuery = { sessionId: string; after: number; upTo: number };

type ChangePageQuery = ChangesQuery & { limit: number };

const selectPage = prepare((db, changes: ChangesQuery) =>
  selectChanges(db, changes).select([...messageColumns, "seq", "deleted"]),
);

const selectExtent = prepare((db, page: ChangePageQuery) =>
  db
    .selectFrom(selectSizesOf(db, page).as("page"))
    .select(({ fn }) => [
      fn.countAll<number>().as("count"),
      fn.max("seq").as("last"),
      fn.sum<number | null>("bytes").as("bytes"),
    ]),
);

const selectSizes = prepare(selectSizesOf);

function selectSizesOf(db: Executor, page: ChangePageQuery) {
  return selectChanges(db, page)
    .select(["seq", sql<number>`octet_length(content)`.as("bytes")])
    .limit(opaque(page.limit, "integer"));
}

function selectChanges(db: Executor, { sessionId, after, upTo }: ChangesQuery) {
  return db
    .selectFrom("message")
    .where("session_id", "=", opaque(sessionId, "text"))
    .where("seq", ">", after)
    .where("seq", "<=", upTo)
    .orderBy("seq");
}

/**
 * The messages whose last change lies after `after` and not beyond `upTo`, in the order of those changes: `limit` at most,
 * and fewer if they are large. Tells up to which position these are all.
 */
export async function listChangedMessages(
  db: Executor,
  page: ChangePageQuery,
): Promise<{ rows: ChangedMessageRow[]; upTo: number }> {
  const upTo = page.upTo - page.after > fewChanges ? await findPageEnd(db, page) : page.upTo;
  return { rows: await selectPage.all(db, { ...page, upTo }), upTo };
}

async function findPageEnd(db: Executor, page: ChangePageQuery): Promise<number> {
  const { count, last, bytes: together } = await selectExtent.only(db, page);
  if ((together ?? 0) <= pageBytes) return count < page.limit ? page.upTo : (last ?? page.upTo);
  const sizes = await selectSizes.all(db, page);
  let total = 0;
  const tooMany = sizes.findIndex(({ bytes }) => (total += bytes) > pageBytes);
  return sizes[Math.max(0, tooMany - 1)]?.seq ?? page.upTo;
}

const selectSnapshot = prepare(
  (db, { sessionId, messageCount }: { sessionId: string; messageCount: number }) =>
    db
      .selectFrom("chatsession as session")
      .leftJoin(
        (eb) =>
          eb
            .selectFrom("message")
            .select(["message.id", "message.content", "message.sender", "message.timestamp", "message.key"])
            .where("session_id", "=", opaque(sessionId, "text"))
            .where("message.deleted", "=", sql.lit(0))
            .orderBy("message.id", "desc")
            .limit(opaque(messageCount, "integer"))
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
      .where("session.deleted", "=", sql.lit(0))
      .orderBy("latest.id"),
);

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
  const rows = await selectSnapshot.all(db, { sessionId, messageCount });
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
