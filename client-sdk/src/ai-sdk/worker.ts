export { uiMessagePieces } from "./ui-message-pieces.ts";
export { toUIMessage } from "./ui-messages.ts";
