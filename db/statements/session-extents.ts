import type { SessionExtent, SessionLife, SessionLogExtent } from "../rows.ts";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";
import { selectLogOf } from "./session-queries.ts";
import type { Placeholders } from "./statement.ts";
import { unpeekedParam, prepare } from "./statement.ts";

/** Of all messages and not of those of one session: that is found once for all sessions of a page. */
export const lastIdOfAll = sql<number | null>`(select max(id) from message)`;

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

/** Also of a session that is deleted. */
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

/** Sessions newest first, those made before the one with `beforeOrdinal`. */
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

/** Whether the session is neither deleted nor made anew since its life was read. */
export async function isAlive(db: Executor, { id, ordinal }: SessionLife): Promise<boolean> {
  return (await selectLife.takeFirst(db, { id, ordinal })) !== undefined;
}
