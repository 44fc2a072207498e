import type { ChatSessionTable } from "./chatsession.table.ts";
import type { HistoryTable } from "./history.table.ts";
import type { MessageTable } from "./message.table.ts";

/** Every table of the database, by the name that the original backend's document gives it. */
export type Tables = {
  chatsession: ChatSessionTable;
  message: MessageTable;
  history: HistoryTable;
};
