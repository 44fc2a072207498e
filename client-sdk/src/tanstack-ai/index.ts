export type { AIDeskConnection, HistoryPage, HistoryPageOptions } from "./connection.ts";
export { aiDeskConnection } from "./connection.ts";
export type { MessageState, SentMessage } from "./ui-message.ts";
export { tanstackFormat } from "./ui-message.ts";
