import type { Row } from "../row.ts";
import { accessLine } from "./access-line.ts";
import { backAfter50000 } from "./back-after-50000.ts";
import { backupWhileWriting } from "./backup-while-writing.ts";
import { costAgainstSize } from "./cost-against-size.ts";
import { fanOutRows } from "./fan-out.ts";
import { getRoot } from "./get-root.ts";
import { getSession } from "./get-session.ts";
import { idleConnections } from "./idle-connections.ts";
import { joinOpenReply } from "./join-open-reply.ts";
import { listAllSessions } from "./list-all-sessions.ts";
import { pausedAmong100 } from "./paused-among-100.ts";
import { pausedSubscriber } from "./paused-subscriber.ts";
import { postMessage } from "./post-message.ts";
import { publishToDelivery } from "./publish-to-delivery.ts";
import { reconnectStorm } from "./reconnect-storm.ts";
import { replies200AtOnce } from "./replies-200-at-once.ts";
import { reply2000Appends } from "./reply-2000-appends.ts";
import { replyFanOut } from "./reply-fan-out.ts";
import { replyFileGrowth } from "./reply-file-growth.ts";
import { startRow } from "./start.ts";

/** All that the benchmark asks, in the order of the table. */
export const rows: Row[] = [
  ...pausedSubscriber,
  ...pausedAmong100,
  ...backAfter50000,
  ...postMessage,
  ...getSession,
  ...getRoot,
  ...accessLine,
  ...fanOutRows,
  ...publishToDelivery,
  ...idleConnections,
  ...reconnectStorm,
  ...costAgainstSize,
  ...listAllSessions,
  ...backupWhileWriting,
  ...reply2000Appends,
  ...replyFanOut,
  ...replyFileGrowth,
  ...replies200AtOnce,
  ...joinOpenReply,
  ...startRow,
];
