import type { Migration } from "kysely/migration";
import { chatLog } from "./0001-chat-log.ts";
import { listLog } from "./0002-list-log.ts";
import { listPage } from "./0003-list-page.ts";
import { fileIdentity } from "./0004-file-identity.ts";
import { unfinishedDeletions } from "./0005-unfinished-deletions.ts";
import { activity } from "./0006-activity.ts";
import { firstPosition } from "./0007-first-position.ts";
import { replies } from "./0008-replies.ts";
import { replyBlocks } from "./0009-reply-blocks.ts";
import { bookmarks } from "./0010-bookmarks.ts";
import { replyPositions } from "./0011-reply-positions.ts";

/**
 * Every migration by its name, which determines its order. Forward only: no migration is ever changed, renamed or
 * removed.
 */
export const migrations: Record<string, Migration> = {
  "0001-chat-log": chatLog,
  "0002-list-log": listLog,
  "0003-list-page": listPage,
  "0004-file-identity": fileIdentity,
  "0005-unfinished-deletions": unfinishedDeletions,
  "0006-activity": activity,
  "0007-first-position": firstPosition,
  "0008-replies": replies,
  "0009-reply-blocks": replyBlocks,
  "0010-bookmarks": bookmarks,
  "0011-reply-positions": replyPositions,
};
