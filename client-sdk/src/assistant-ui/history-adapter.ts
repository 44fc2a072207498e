import type {
  GenericThreadHistoryAdapter,
  MessageFormatAdapter,
  ThreadHistoryAdapter,
  ThreadMessage,
} from "@assistant-ui/react";
import type { Chat } from "../create-chat.ts";
import type { HistorySession } from "./history-rows.ts";
import { HistoryRows } from "./history-rows.ts";
import type { HistoryRow } from "./row-tree.ts";
import { isRecord, storedFormat, textOf, toStoredForm } from "./stored-form.ts";
import { toThreadMessage } from "./to-thread-message.ts";

type FormatItem<Item> = { parentId: string | null; message: Item };

/**
 * Keeps the messages of one of assistant-ui's own runtimes in a session: for `useLocalRuntime`, and through `withFormat`
 * for `useChatRuntime`. Each message is stored as the runtime encodes it, and its text beside it.
 *
 * @param sessionId the session, which must exist or be under creation
 */
export function aiDeskHistoryAdapter(chat: Chat, sessionId: string): ThreadHistoryAdapter {
  return historyOf(chat, { known: () => sessionId, made: async () => sessionId });
}

/** The history of a session that may not exist yet. */
export function historyOf(chat: Chat, session: HistorySession): ThreadHistoryAdapter {
  const rows = new HistoryRows(chat, session);
  const put = ({ parentId, message }: FormatItem<ThreadMessage>) =>
    rows.put({ id: message.id, parentId, ...described(toStoredForm(message)), format: storedFormat });
  return {
    async load() {
      const loaded = await rows.load();
      return { headId: loaded.at(-1)?.id ?? null, messages: loaded.map(toItem) };
    },
    append: put,
    update: put,
    delete: (items) => rows.delete(items.map(({ message }) => message.id)),
    withFormat: (format) => withFormat(rows, format),
  };
}

function toItem({ id, parentId, message }: HistoryRow): FormatItem<ThreadMessage> {
  return { parentId, message: { ...toThreadMessage({ ...message, delivery: "sent" }), id } };
}

function withFormat<Item, Stored extends Record<string, unknown>>(
  rows: HistoryRows,
  formatAdapter: MessageFormatAdapter<Item, Stored>,
): GenericThreadHistoryAdapter<Item> {
  const { format } = formatAdapter;
  const put = (item: FormatItem<Item>) => {
    const stored = formatAdapter.encode(item);
    return rows.put({
      id: formatAdapter.getId(item.message),
      parentId: item.parentId,
      ...described(stored),
      format,
    });
  };
  return {
    async load() {
      const loaded = await rows.load(format);
      const messages = loaded.map(({ id, parentId, message }) =>
        formatAdapter.decode({ id, parent_id: parentId, format, content: message.parts as Stored }),
      );
      return { headId: loaded.at(-1)?.id ?? null, messages };
    },
    append: put,
    update: put,
    delete: (items) => rows.delete(items.map(({ message }) => formatAdapter.getId(message))),
  };
}

/** The sender and the text of an encoded message. */
function described(parts: Record<string, unknown>) {
  const sender = parts["role"] === "user" ? ("user" as const) : ("assistant" as const);
  const listed = parts["parts"] ?? parts["content"];
  const kinds = Array.isArray(listed) ? listed.filter(isRecord).map(({ type }) => String(type)) : [];
  return { sender, content: textOf(listed) ?? (kinds.join(", ") || "(no text)"), parts };
}
