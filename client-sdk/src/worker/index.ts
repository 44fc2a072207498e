export type { ReplyFunction, ReplyPiece, ReplyRequest, ReplyWorker, ServeOptions } from "./options.ts";
export { serveReplies } from "./serve-replies.ts";
