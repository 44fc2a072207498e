import type { SessionExtent } from "../../db/statements/session-extents.ts";
import { listSessionExtents } from "../../db/statements/session-extents.ts";
import type { Page } from "../contract/page.ts";
import { limits } from "../contract/limits.ts";
import type { ListSessionsInput, SessionHead } from "../contract/session.ts";
import { listSessions as listSessionRows } from "../../db/session-queries.ts";
import type { Desk } from "./desk.ts";
import { toSessionHead } from "./session-head.ts";

type PageInput = Pick<ListSessionsInput, "cursor" | "limit">;

/** A page of sessions, newest first, without their messages. */
export async function listSessionHeads(desk: Desk, page: PageInput): Promise<Page<SessionHead>> {
  const { items, next_cursor } = await readPage(page, (query) => listSessionRows(desk.database.read, query));
  return { items: items.map(toSessionHead), next_cursor };
}

/** A page of sessions, newest first, each with the extent by which its messages are read. */
export function listExtents(desk: Desk, page: PageInput): Promise<Page<SessionExtent>> {
  return readPage(page, (query) => listSessionExtents(desk.database.read, query));
}

async function readPage<Row extends { ordinal: number }>(
  { cursor, limit = limits.defaultPageItems }: PageInput,
  read: (query: { beforeOrdinal: number; limit: number }) => Promise<Row[]>,
): Promise<Page<Row>> {
  const rows = await read({
    beforeOrdinal: cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor),
    limit: limit + 1,
  });
  const items = rows.slice(0, limit);
  return { items, next_cursor: rows.length > limit ? String(items.at(-1)?.ordinal) : null };
}
