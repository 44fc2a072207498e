import type { Selectable } from "kysely";
import { sql } from "kysely";
import type { ChatSessionTable } from "./chatsession.table.ts";
import type { Executor } from "./open-database.ts";
import { opaque, prepare, prepareByShape } from "./statement.ts";
import { lastIdOfAll } from "./statements/session-extents.ts";

/** A session as a list shows it, at its place in the log of the list. */
export type ListedSessionRow = Pick<
  Selectable<ChatSessionTable>,
  "id" | "title" | "created_at" | "ordinal" | "list_seq" | "activity_seq" | "deleted" | "purge_id" | "seq"
> & {
  last_message: {
    id: number;
    key: string | null;
    sender: string;
    timestamp: string;
    excerpt: string;
  } | null;
};

/** How much a list shows: so many sessions, and of each one's last message so many characters. */
type Extent = { limit: number; excerptChars: number };

type ChangesQuery = Extent & { after: number; upTo: number };

const selectHead = prepare((db) =>
  db
    .selectFrom("history")
    .where("id", "=", sql.lit(1))
    .select((eb) => [
      "epoch",
      eb
        .selectFrom("chatsession")
        .select((inner) => inner.fn.max("list_seq").as("seq"))
        .as("seq"),
    ]),
);

/** The position of the last change to any session, and the name of the history that it belongs to. */
export async function readListHead(db: Executor): Promise<{ epoch: string; seq: number }> {
  const { epoch, seq } = await selectHead.only(db, {});
  return { epoch, seq: seq ?? 0 };
}

const selectChanged = prepare((db, { after, upTo, limit, excerptChars }: ChangesQuery) =>
  selectSessions(db, excerptChars)
    .where("session.list_seq", ">", after)
    .where("session.list_seq", "<=", upTo)
    .orderBy("session.list_seq")
    .limit(opaque(limit, "integer")),
);

/** The sessions whose last change lies after `after` and not beyond `upTo`, in the order of those changes. */
export async function listChangedSessions(db: Executor, changes: ChangesQuery): Promise<ListedSessionRow[]> {
  return (await selectChanged.all(db, changes)).map(toRow);
}

const selectSnapshot = prepare((db, { limit, excerptChars }: Extent) => {
  const latest = selectSessions(db, excerptChars)
    .where("session.deleted", "=", sql.lit(0))
    .orderBy("session.activity_seq", "desc")
    .orderBy("session.ordinal", "desc")
    .limit(opaque(limit, "integer"));
  return db
    .selectFrom((eb) =>
      eb
        .selectFrom("chatsession")
        .select((inner) => inner.fn.coalesce(inner.fn.max("list_seq"), inner.lit(0)).as("head_seq"))
        .as("head"),
    )
    .leftJoin(latest.as("latest"), (join) => join.on(sql.lit(true)))
    .select("head.head_seq")
    .selectAll("latest")
    .orderBy("latest.activity_seq", "desc")
    .orderBy("latest.ordinal", "desc");
});

/** The latest sessions by activity, and the position of the list at that moment: one statement, so it is one moment. */
export async function readListSnapshot(
  db: Executor,
  extent: Extent,
): Promise<{ seq: number; rows: ListedSessionRow[] }> {
  const rows = await selectSnapshot.all(db, extent);
  const sessions = rows.flatMap(({ head_seq: _seq, ...row }) =>
    row.id === null ? [] : [toRow(row as SelectedRow)],
  );
  return { seq: rows[0]?.head_seq ?? 0, rows: sessions };
}

/** A place in a list of sessions, which begins with the latest. By activity `ordinal` decides between equal ones. */
export type ListPlace =
  | { order: "newest"; beforeOrdinal: number }
  | { order: "activity"; beforeActivity: number; beforeOrdinal: number };

type PageQuery = Extent & { order: ListPlace["order"]; beforeOrdinal: number; beforeActivity: number };

const selectPage = prepareByShape(
  ({ order }: PageQuery) => ({ order }),
  (db, page: PageQuery, { order }) =>
    selectSessions(db, page.excerptChars)
      .select(lastIdOfAll.as("last_id_of_all"))
      .where("session.deleted", "=", sql.lit(0))
      .$if(order === "newest", (query) => query.where("session.ordinal", "<", page.beforeOrdinal))
      .$if(order === "activity", (query) =>
        query
          .where(
            sql`(session.activity_seq, session.ordinal)`,
            "<",
            sql`(${page.beforeActivity}, ${page.beforeOrdinal})`,
          )
          .orderBy("session.activity_seq", "desc"),
      )
      .orderBy("session.ordinal", "desc")
      .limit(opaque(page.limit, "integer")),
);

/** Sessions from a place on, each with the extent by which its messages are read. */
export async function listSidebarPage(
  db: Executor,
  { place, ...extent }: Extent & { place: ListPlace },
): Promise<(ListedSessionRow & { last_id: number | null })[]> {
  const page = { beforeActivity: 0, ...place, ...extent };
  const rows = await selectPage(page).all(db, page);
  return rows.map(({ last_id_of_all: lastId, ...row }) => ({ ...toRow(row), last_id: lastId }));
}

function selectSessions(db: Executor, excerptChars: number) {
  return db
    .selectFrom("chatsession as session")
    .leftJoin("message as last", (join) =>
      join
        .on("last.id", "=", (eb) =>
          eb
            .selectFrom("message")
            .select((inner) => inner.fn.max("message.id").as("id"))
            .whereRef("message.session_id", "=", "session.id")
            .where("message.deleted", "=", sql.lit(0)),
        )
        // That of a past life, where the session has none of its own.
        .on(sql`last.id <= session.purge_id`, "is not", sql.lit(true)),
    )
    .select([
      "session.id",
      "session.title",
      "session.created_at",
      "session.ordinal",
      "session.list_seq",
      "session.activity_seq",
      "session.deleted",
      "session.purge_id",
      "session.seq",
      "last.id as last_id",
      "last.key as last_key",
      "last.sender",
      "last.timestamp",
      sql<string | null>`substr(last.content, 1, ${excerptChars})`.as("excerpt"),
    ]);
}

type SelectedRow = Awaited<ReturnType<ReturnType<typeof selectSessions>["execute"]>>[number];

function toRow({
  last_id: id,
  last_key: key,
  sender,
  timestamp,
  excerpt,
  ...session
}: SelectedRow): ListedSessionRow {
  const isEmpty = id === null || sender === null || timestamp === null || excerpt === null;
  return { ...session, last_message: isEmpty ? null : { id, key, sender, timestamp, excerpt } };
}
