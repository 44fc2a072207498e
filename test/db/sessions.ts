import type { Database } from "../../db/sqlite/database.ts";
import { insertSession } from "../../db/statements/make-session.ts";
import { listSessionExtents } from "../../db/statements/session-extents.ts";

/** Adds a session in a write unit of its own, which then throws `fault` where there is one. */
export function addSession(database: Database, id: string, fault?: Error): Promise<unknown> {
  return database.write(async (trx) => {
    const row = await insertSession(trx, { id, title: "", created_at: "" });
    if (fault) throw fault;
    return row;
  });
}

/** The ids of all sessions, oldest first. */
export async function idsIn({ read }: Database): Promise<string[]> {
  const rows = await listSessionExtents(read, { beforeOrdinal: Number.MAX_SAFE_INTEGER, limit: 1000 });
  return rows.map(({ id }) => id).toReversed();
}
