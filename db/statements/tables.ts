import type { BookmarkTable } from "./bookmark.table.ts";
import type { ChatSessionTable } from "./chatsession.table.ts";
import type { HistoryTable } from "./history.table.ts";
import type { MessageTable } from "./message.table.ts";
import type { ReplyBlockTable, ReplyPieceTable, ReplyTable } from "./reply.table.ts";

/** Every table of the database, under the name in the original backend's document. */
export type Tables = {
  chatsession: ChatSessionTable;
  message: MessageTable;
  reply: ReplyTable;
  reply_piece: ReplyPieceTable;
  reply_block: ReplyBlockTable;
  history: HistoryTable;
  bookmark: BookmarkTable;
};
