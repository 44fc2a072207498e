import { insertAt, replaceAt } from "../chat/changed-copies.ts";
import type { ListedSession, ListEvent, SessionPage, SidebarSession } from "../types.ts";
import type { Change } from "./live-queries.ts";
import type { Paged } from "./query-cache.ts";
import { changePages } from "./query-cache.ts";

/** The change to `session.list` by an event of the list. */
export function sessionChange(event: ListEvent): Change | undefined {
  if (event.type === "session_deleted")
    return (_, data) =>
      changePages(data as Paged<SessionPage>, (pages) =>
        pages.map((page) => without(page, event.session_id)),
      );
  if (event.type === "session")
    return ({ input }, data) => {
      // The event does not have the messages.
      if (input["messages"] === "all") return undefined;
      return input["order"] === "activity"
        ? changePages(data as Paged<SessionPage>, (pages) => putByActivity(pages, event.session))
        : putByAge(data as Paged<SessionPage>, event.session);
    };
  return undefined;
}

function without(page: SessionPage, sessionId: string): SessionPage {
  if (!page.items.some(({ id }) => id === sessionId)) return page;
  return { ...page, items: page.items.filter(({ id }) => id !== sessionId) };
}

/** A session comes before those with older activity. It is left out if its place is after the last loaded page. */
function putByActivity(pages: readonly SessionPage[], session: SidebarSession): readonly SessionPage[] {
  const rest = pages.map((page) => without(page, session.id));
  const isBefore = ({ activity_seq }: ListedSession) => activity_seq < session.activity_seq;
  const found = rest.findIndex(({ items }) => items.some(isBefore));
  const last = rest.length - 1;
  const target = found === -1 && rest[last]?.next_cursor === null ? last : found;
  return rest.map((page, index) => {
    if (index !== target) return page;
    const at = page.items.findIndex(isBefore);
    return { ...page, items: insertAt(page.items, at === -1 ? page.items.length : at, session) };
  });
}

/** @returns undefined if it is unknown whether the session is new or is on a page that is not loaded */
function putByAge(data: Paged<SessionPage>, session: SidebarSession): Paged<SessionPage> | undefined {
  const pages = "pages" in data ? data.pages : [data];
  const isHeld = pages.some(({ items }) => items.some(({ id }) => id === session.id));
  if (!isHeld && pages[pages.length - 1]?.next_cursor !== null) return undefined;
  return changePages(data, (all) =>
    all.map((page, index) => {
      if (!isHeld) return index === 0 ? { ...page, items: [session, ...page.items] } : page;
      const at = page.items.findIndex(({ id }) => id === session.id);
      return at === -1 ? page : { ...page, items: replaceAt(page.items, at, session) };
    }),
  );
}
