import type { SessionExtent, SessionLife, SessionLogExtent } from "../rows.ts";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import { selectLogOf } from "./session-queries.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare } from "./statement.ts";

/**
 * The last id that was taken, by a message or by the end of a reply, in any session: SQLite finds it once for all sessions
 * of a page.
 */
export const lastIdOfAll = sql<number | null>`(select max(seq) from sqlite_sequence where name = 'message')`;

const columns = ["id", "title", "created_at", "ordinal", "purge_id", "seq"] as const;

const selectExtent = prepare((db, session: Placeholders<{ id: string }>) =>
  db
    .selectFrom("chatsession")
    .select(columns)
    .select(lastIdOfAll.as("last_id"))
    .where("id", "=", session.id)
    .where("deleted", "=", sql.lit(0)),
);

/** A session that is not deleted. */
export function findSessionExtent(db: Executor, id: string): Promise<SessionExtent | undefined> {
  return selectExtent.takeFirst(db, { id });
}

const selectLogExtent = prepare((db, session: Placeholders<{ id: string }>) =>
  selectLogOf(db, session).select(lastIdOfAll.as("last_id")),
);

/** A session, deleted or not. */
export function findSessionLogExtent(db: Executor, id: string): Promise<SessionLogExtent | undefined> {
  return selectLogExtent.takeFirst(db, { id });
}

type SessionPageQuery = { beforeOrdinal: number; limit: number };

const selectExtents = prepare((db, page: Placeholders<SessionPageQuery>) =>
  db
    .selectFrom("chatsession")
    .select(columns)
    .select(lastIdOfAll.as("last_id"))
    .where("deleted", "=", sql.lit(0))
    .where("ordinal", "<", page.beforeOrdinal)
    .orderBy("ordinal", "desc")
    .limit(unpeekedParam(page.limit, "integer")),
);

/** Sessions, newest first, from those created before the session with `beforeOrdinal`. */
export function listSessionExtents(db: Executor, page: SessionPageQuery): Promise<SessionExtent[]> {
  return selectExtents.execute(db, page);
}

const selectLife = prepare((db, { id, ordinal }: Placeholders<Omit<SessionLife, "purge_id">>) =>
  db
    .selectFrom("chatsession")
    .select("id")
    .where("id", "=", id)
    .where("ordinal", "=", unpeekedParam(ordinal, "integer"))
    .where("deleted", "=", sql.lit(0)),
);

/** Whether the session still has the life that was read: it was neither deleted nor created again since. */
export async function isAlive(db: Executor, { id, ordinal }: SessionLife): Promise<boolean> {
  return (await selectLife.takeFirst(db, { id, ordinal })) !== undefined;
}
