import { checkEpochs } from "./check-epochs.ts";
import { checkListReaders } from "./check-list-readers.ts";
import { checkReaders } from "./check-readers.ts";
import { checkReplies } from "./check-replies.ts";
import { checkReplyReaders } from "./check-reply-readers.ts";
import { checkWrites } from "./check-writes.ts";
import type { History } from "./history.ts";
import { violation } from "./violation.ts";
import type { Violation } from "./violation.ts";

/** All violations in a history; none if the server kept its promises. Uses only the history. */
export function checkHistory(history: History): Violation[] {
  return [
    ...checkWrites(history),
    ...checkReaders(history),
    ...checkReplies(history),
    ...checkReplyReaders(history),
    ...checkListReaders(history),
    ...checkPatience(history),
    ...checkEpochs(history),
  ];
}

/** A server that was only paused must have closed no connection because of that. */
function checkPatience({ isUndisturbed, readers, messageReaders, listReaders }: History): Violation[] {
  if (!isUndisturbed) return [];
  return [...readers, ...messageReaders, ...listReaders].flatMap(({ door, session, attachments }) =>
    attachments
      .filter(({ end }) => ["cut", "4008", "4012"].includes(end))
      .map(({ end }) => violation("IMPATIENT", `${door} on ${session} ended with ${end}`)),
  );
}
