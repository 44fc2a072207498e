import { replaceAt } from "../chat/changed-copies.ts";
import type { LiveEvent, Message, MessagePage, Session } from "../types.ts";
import type { Change } from "./live-queries.ts";
import type { Paged, QueryName } from "./query-cache.ts";
import { changePages } from "./query-cache.ts";

/** The change to `session.get` and `message.list` by an event of a session. */
export function messageChange(event: LiveEvent): Change | undefined {
  if (event.type === "message")
    return ({ path, input }, data) =>
      path === "session.get"
        ? inSession(data as Session, (messages) => put(messages, event.message, true))
        : putInPages(data as Paged<MessagePage>, input, event.message);
  if (event.type === "message_deleted")
    return ({ path }, data) =>
      path === "session.get"
        ? inSession(data as Session, (messages) => without(messages, event.message_id))
        : changePages(data as Paged<MessagePage>, (pages) =>
            pages.map((page) => inPage(page, (items) => without(items, event.message_id))),
          );
  if (event.type === "session")
    return ({ path }, data) => (path === "session.get" ? { ...data, ...event.session } : data);
  return undefined;
}

function inSession(session: Session, change: (messages: Message[]) => Message[]): Session {
  const messages = change(session.messages);
  return messages === session.messages ? session : { ...session, messages };
}

function inPage(page: MessagePage, change: (items: Message[]) => Message[]): MessagePage {
  const items = change(page.items);
  return items === page.items ? page : { ...page, items };
}

/** Of two forms of a message the one with the higher `seq` stays. A new message is appended if its place is here. */
function put(messages: Message[], message: Message, takesNew: boolean): Message[] {
  const index = messages.findIndex(({ id }) => id === message.id);
  const held = messages[index];
  if (held) return held.seq < message.seq ? replaceAt(messages, index, message) : messages;
  const isNew = message.id > (messages[messages.length - 1]?.id ?? -Infinity);
  return takesNew && isNew ? [...messages, message] : messages;
}

function without(messages: Message[], messageId: number): Message[] {
  return messages.some(({ id }) => id === messageId)
    ? messages.filter(({ id }) => id !== messageId)
    : messages;
}

function putInPages(
  data: Paged<MessagePage>,
  {
    before,
    after,
    order = before === undefined || after !== undefined ? "oldest" : "newest",
    cursor,
  }: QueryName["input"],
  message: Message,
): Paged<MessagePage> {
  return changePages(data, (pages) => {
    // Pages that begin at the newest end take a new message on the first page; others on the last page, if that is the
    // end.
    const end = order === "newest" ? 0 : pages.length - 1;
    const isOpen =
      order === "newest" ? cursor === undefined || "pages" in data : pages[end]?.next_cursor === null;
    const takesNew = before === undefined && isOpen;
    return pages.map((page, index) =>
      inPage(page, (items) => put(items, message, takesNew && index === end)),
    );
  });
}
