import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare } from "./statement.ts";
import type { ListedSessionRow, ListExtent } from "../rows.ts";
import type { SelectedRow } from "./listed-sessions.ts";
import { selectSessions, toRow } from "./listed-sessions.ts";

type ChangesQuery = ListExtent & { after: number; upTo: number };

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

/** The `seq` of the last change to any session, and the name of the history to which it belongs. */
export async function readListHead(db: Executor): Promise<{ epoch: string; seq: number }> {
  const { epoch, seq } = await selectHead.takeFirstOrThrow(db, {});
  return { epoch, seq: seq ?? 0 };
}

const selectChanged = prepare((db, { after, upTo, limit, excerptChars }: Placeholders<ChangesQuery>) =>
  selectSessions(db, excerptChars)
    .where("session.list_seq", ">", after)
    .where("session.list_seq", "<=", upTo)
    .orderBy("session.list_seq")
    .limit(unpeekedParam(limit, "integer")),
);

/** The sessions whose last change is after `after` and not after `upTo`, in the order of those changes. */
export async function listChangedSessions(db: Executor, changes: ChangesQuery): Promise<ListedSessionRow[]> {
  return (await selectChanged.execute(db, changes)).map(toRow);
}

const selectSnapshot = prepare((db, { limit, excerptChars }: Placeholders<ListExtent>) => {
  const latest = selectSessions(db, excerptChars)
    .where("session.deleted", "=", sql.lit(0))
    .orderBy("session.activity_seq", "desc")
    .orderBy("session.ordinal", "desc")
    .limit(unpeekedParam(limit, "integer"));
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

/**
 * The latest sessions by activity, and the list's `seq` at that moment. Both come from one statement, so they belong
 * together.
 */
export async function readListSnapshot(
  db: Executor,
  extent: ListExtent,
): Promise<{ seq: number; rows: ListedSessionRow[] }> {
  const rows = await selectSnapshot.execute(db, extent);
  const sessions = rows.flatMap(({ head_seq: _seq, ...row }) =>
    row.id === null ? [] : [toRow(row as SelectedRow)],
  );
  return { seq: rows[0]?.head_seq ?? 0, rows: sessions };
}
