import type { ListExtent, ListCursor, SidebarRow } from "../rows.ts";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare, prepareByShape } from "./statement.ts";
import type { SelectedRow } from "./listed-sessions.ts";
import { selectSessions, toRow } from "./listed-sessions.ts";
import { lastIdOfAll } from "./session-extents.ts";

type PageQuery = ListExtent & { order: ListCursor["order"]; beforeOrdinal: number; beforeActivity: number };

const selectPage = prepareByShape(
  ({ order }: PageQuery) => ({ order }),
  (db, page: Placeholders<PageQuery>, { order }) =>
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
      .limit(unpeekedParam(page.limit, "integer")),
);

/** Sessions from a place on, each with the extent by which its messages are read. */
export async function listSidebarPage(
  db: Executor,
  { place, ...extent }: ListExtent & { place: ListCursor },
): Promise<SidebarRow[]> {
  const page = { beforeActivity: 0, ...place, ...extent };
  return (await selectPage(page).execute(db, page)).map(toSidebarRow);
}

const selectOrdinalsByActivity = prepare((db) =>
  db
    .selectFrom("chatsession")
    .select("ordinal")
    .where("deleted", "=", sql.lit(0))
    .orderBy("activity_seq", "desc")
    .orderBy("ordinal", "desc"),
);

/** The ordinals of all sessions in the order of activity, at one moment. */
export async function listOrdinalsByActivity(db: Executor): Promise<number[]> {
  return (await selectOrdinalsByActivity.execute(db, {})).map(({ ordinal }) => ordinal);
}

const selectByOrdinal = prepare(
  (db, { ordinals, excerptChars }: Placeholders<{ ordinals: string; excerptChars: number }>) =>
    selectSessions(db, excerptChars)
      .innerJoin(
        sql<{ key: number; value: number }>`json_each(${ordinals})`.as("wanted"),
        "wanted.value",
        "session.ordinal",
      )
      .select(lastIdOfAll.as("last_id_of_all"))
      .where("session.deleted", "=", sql.lit(0))
      .orderBy("wanted.key"),
);

/** The sessions with these ordinals, in the given order. Deleted ones are left out. */
export async function findSidebarSessions(
  db: Executor,
  { ordinals, excerptChars }: { ordinals: readonly number[]; excerptChars: number },
): Promise<SidebarRow[]> {
  const rows = await selectByOrdinal.execute(db, { ordinals: JSON.stringify(ordinals), excerptChars });
  return rows.map(toSidebarRow);
}

function toSidebarRow({
  last_id_of_all: lastId,
  ...row
}: SelectedRow & { last_id_of_all: number | null }): SidebarRow {
  return { ...toRow(row), last_id: lastId };
}
