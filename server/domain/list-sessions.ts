import type { Page } from "../contract/page.ts";
import { limits } from "../contract/limits.ts";
import type { ListSessionsInput, SessionHead } from "../contract/session.ts";
import { listSessions as listSessionRows } from "../../db/session-queries.ts";
import type { Desk } from "./desk.ts";
import { toSessionHead } from "./session-head.ts";

/** A page of sessions, newest first, without their messages. */
export async function listSessionHeads(
  desk: Desk,
  { cursor, limit = limits.defaultPageItems }: Pick<ListSessionsInput, "cursor" | "limit">,
): Promise<Page<SessionHead>> {
  const rows = await listSessionRows(desk.database.read, {
    beforeOrdinal: cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor),
    limit: limit + 1,
  });
  const shown = rows.slice(0, limit);
  return {
    items: shown.map(toSessionHead),
    next_cursor: rows.length > limit ? String(shown.at(-1)?.ordinal) : null,
  };
}
