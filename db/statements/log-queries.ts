import type { Tables } from "./tables.ts";
import type { Kysely } from "kysely";
import type { ChangedMessage, ChangedMessagesQuery, StoredMessage } from "../rows.ts";
import { sql } from "kysely";
import { countSmall, messageBytes, messageColumns, smallMessageColumns } from "./message-columns.ts";
import { joinPieces, listOpenReplyChanges, sizeOpenReplies } from "./open-reply-changes.ts";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare } from "./statement.ts";
import { smallReadBytes } from "../read-sizes.ts";
import { isAlive } from "./session-extents.ts";

/** Up to this many changes, the small ones are read without a query for their sizes first. */
const fewChanges = 10;

const smallContentBytes = 16 * 1024;

/** The most content that a page of changes holds, in bytes, unless a single message is larger. */
const pageBytes = 128 * 1024;

type ChangesQuery = {
  sessionId: string;
  ordinal: number;
  after: number;
  upTo: number;
  upToCompletion: number;
};

type ChangePageQuery = ChangesQuery & { limit: number };

const selectPage = prepare((db, changes: Placeholders<ChangesQuery>) =>
  selectChanges(db, changes).select([...messageColumns, "deleted"]),
);

const selectSmallPage = prepare((db, changes: Placeholders<ChangesQuery>) =>
  selectChanges(db, changes).select([...smallMessageColumns(smallContentBytes), "deleted"]),
);

const selectExtent = prepare((db, page: Placeholders<ChangePageQuery>) =>
  db
    .selectFrom(selectSizesOf(db, page).as("page"))
    .select(({ fn }) => [
      fn.countAll<number>().as("count"),
      fn.max("seq").as("last"),
      fn.sum<number | null>("bytes").as("bytes"),
    ]),
);

const selectSizes = prepare(selectSizesOf);

function selectSizesOf(db: Kysely<Tables>, page: Placeholders<ChangePageQuery>) {
  return selectChanges(db, page)
    .select(["message.seq", messageBytes.as("bytes")])
    .limit(unpeekedParam(page.limit, "integer"));
}

function selectChanges(
  db: Kysely<Tables>,
  { sessionId, ordinal, after, upTo, upToCompletion }: Placeholders<ChangesQuery>,
) {
  return (
    db
      .selectFrom("message")
      .where("session_id", "=", unpeekedParam(sessionId, "text"))
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom("chatsession")
            .select(sql.lit(1).as("lives"))
            .where("chatsession.id", "=", unpeekedParam(sessionId, "text"))
            .where("chatsession.ordinal", "=", unpeekedParam(ordinal, "integer"))
            .where("chatsession.deleted", "=", sql.lit(0)),
        ),
      )
      .where("message.seq", ">", after)
      .where("message.seq", "<=", upTo)
      // The changes of open replies are listed apart: their pieces have positions of their own.
      .where(sql`ifnull(status, '')`, "<>", sql.lit("streaming"))
      .where(sql`coalesce(complete_id, id)`, "<=", unpeekedParam(upToCompletion, "integer"))
      .orderBy("message.seq")
  );
}

/**
 * The messages whose last change is after `after` and not after `upTo`, in the order of those changes: at most `limit`,
 * and fewer if they are large. Also returns the `seq` up to which the page is complete. A streaming reply is in the page with
 * each of its pieces up to that `seq`; pieces that follow each other are joined.
 *
 * @returns undefined if this life of the session has ended.
 */
export async function listChangedMessages(
  db: Executor,
  query: ChangedMessagesQuery,
): Promise<{ rows: ChangedMessage[]; upTo: number } | undefined> {
  const page = toPage(query);
  // Before the messages: a reply that ends meanwhile has its end beyond the page.
  const ofReplies = hasReplies(query) ? await listOpenReplyChanges(db, page) : [];
  const changes = page.upTo - page.after > fewChanges ? await readFitting(db, page) : await readFew(db, page);
  const { rows, upTo } = withReplies(changes, ofReplies, query);
  return rows.length > 0 || (await isAlive(db, query.life)) ? { rows, upTo } : undefined;
}

/** Replies are not among the messages that are complete. */
function hasReplies({ life, upToCompletion }: ChangedMessagesQuery): boolean {
  return life.has_open_replies === 1 && upToCompletion === undefined;
}

/** Adds the changes of open replies to a page, which then ends where it has `limit` changes. */
function withReplies(
  { rows, upTo }: Changes,
  ofReplies: readonly ChangedMessage[],
  { life, limit }: ChangedMessagesQuery,
): { rows: ChangedMessage[]; upTo: number } {
  const changes = rows.map((row): ChangedMessage => Object.assign(row, { since: null }));
  const within = ofReplies.filter(({ seq }) => seq <= upTo);
  if (within.length === 0) return { rows: changes, upTo };
  const told = joinPieces([...changes, ...within], life.title_seq);
  if (told.length <= limit) return { rows: told, upTo };
  const some = told.slice(0, limit);
  return { rows: some, upTo: some.at(-1)?.seq ?? upTo };
}

/** Whether these changes are a small read. */
export async function areSmallChanges(db: Executor, query: ChangedMessagesQuery): Promise<boolean> {
  const page = toPage(query);
  const { bytes } = await selectExtent.takeFirstOrThrow(db, page);
  const ofReplies = hasReplies(query) ? await sizeOpenReplies(db, page) : 0;
  return (bytes ?? 0) + ofReplies <= smallReadBytes;
}

function toPage({
  life,
  after,
  upToCompletion = Number.MAX_SAFE_INTEGER,
  ...range
}: ChangedMessagesQuery): ChangePageQuery {
  const { id: sessionId, ordinal, start_seq: startSeq } = life;
  // Changes up to `startSeq` belong to earlier lives.
  return { ...range, sessionId, ordinal, upToCompletion, after: Math.max(after, startSeq) };
}

type Changes = { rows: StoredMessage[]; upTo: number };

async function readFew(db: Executor, page: ChangePageQuery): Promise<Changes> {
  const rows = await selectSmallPage.execute(db, page);
  const end = countSmall(rows);
  if (end === rows.length) return { rows: rows as StoredMessage[], upTo: page.upTo };
  if (end === 0) return readFitting(db, page);
  const small = rows.slice(0, end) as StoredMessage[];
  return { rows: small, upTo: small.at(-1)?.seq ?? page.upTo };
}

async function readFitting(db: Executor, page: ChangePageQuery): Promise<Changes> {
  const upTo = await findPageEnd(db, page);
  return { rows: await selectPage.execute(db, { ...page, upTo }), upTo };
}

async function findPageEnd(db: Executor, page: ChangePageQuery): Promise<number> {
  const { count, last, bytes: together } = await selectExtent.takeFirstOrThrow(db, page);
  if ((together ?? 0) <= pageBytes) return count < page.limit ? page.upTo : (last ?? page.upTo);
  const sizes = await selectSizes.execute(db, page);
  let total = 0;
  const tooMany = sizes.findIndex(({ bytes }) => (total += bytes) > pageBytes);
  return sizes[Math.max(0, tooMany - 1)]?.seq ?? page.upTo;
}
