import type { ListedSessionRow, ListCursor, SessionExtent } from "../../db/store.ts";
import { limits } from "../contract/limits.ts";
import type { Page } from "../contract/page.ts";
import { notACursor } from "../contract/page.ts";
import type { ListSessionsInput } from "../contract/session-list.ts";
import { invalidInput } from "../contract/app-error.ts";
import type { Services } from "./services.ts";

/** A session as a sidebar shows it, with the extent by which its messages are read. */
export type SidebarExtent = ListedSessionRow & SessionExtent;

type PageInput = Pick<ListSessionsInput, "cursor" | "limit">;

/**
 * A page of sessions, newest first, each with the extent by which its messages are read.
 *
 * @throws {AppError} BAD_REQUEST for a cursor of the other order
 */
export function listExtents(services: Services, { cursor, limit }: PageInput): Promise<Page<SessionExtent>> {
  const { beforeOrdinal } = readCursor("newest", cursor);
  return readPage(
    limit,
    (rows) => services.store.sessions.listExtents({ beforeOrdinal, limit: rows }),
    ({ ordinal }) => String(ordinal),
  );
}

/**
 * A page of sessions as a sidebar shows them, in either order. @throws {AppError} BAD_REQUEST for a cursor of the other
 * order
 */
export function listSidebar(
  services: Services,
  { cursor, limit, order = "newest" }: PageInput & Pick<ListSessionsInput, "order">,
): Promise<Page<SidebarExtent>> {
  const place = readCursor(order, cursor);
  const { excerptChars } = limits;
  return readPage(
    limit,
    (rows) => services.store.list.listPage({ place, limit: rows, excerptChars }),
    order === "newest" ? ({ ordinal }) => String(ordinal) : activityCursor,
  );
}

/**
 * All sessions by activity, in the order of one moment. Without a fixed order, a session that becomes active between
 * two pages would be in neither. Sessions that are deleted meanwhile are left out.
 */
export async function listAllByActivity(services: Services): Promise<AsyncIterable<SidebarExtent>> {
  return readInSlices(services, await services.store.list.listOrdinals());
}

async function* readInSlices(services: Services, ordinals: readonly number[]): AsyncGenerator<SidebarExtent> {
  const { pageItems, excerptChars } = limits;
  for (let at = 0; at < ordinals.length; at += pageItems) {
    const slice = ordinals.slice(at, at + pageItems);
    yield* await services.store.list.find({ ordinals: slice, excerptChars });
  }
}

/** The cursor for the sessions after this one in the order of activity. */
export function activityCursor({ activity_seq, ordinal }: ListedSessionRow): string {
  return `${activity_seq}-${ordinal}`;
}

function readCursor(order: ListCursor["order"], cursor: string | undefined): ListCursor {
  const beforeAll = Number.MAX_SAFE_INTEGER;
  if (cursor === undefined) return { order, beforeActivity: beforeAll, beforeOrdinal: beforeAll };
  const [, activity, ordinal] = /^(?:(-?[0-9]+)-)?([0-9]+)$/.exec(cursor) ?? [];
  if ((order === "activity") !== (activity !== undefined)) {
    throw invalidInput([{ path: ["cursor"], code: "invalid_format", message: notACursor }]);
  }
  return { order, beforeActivity: Number(activity), beforeOrdinal: Number(ordinal) };
}

async function readPage<Row>(
  limit: number = limits.defaultPageItems,
  read: (limit: number) => Promise<Row[]>,
  cursorOf: (row: Row) => string,
): Promise<Page<Row>> {
  const rows = await read(limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last ? cursorOf(last) : null };
}
