import { findMessage, updateContent } from "../../db/message-queries.ts";
import { takeNextSeq } from "../../db/session-queries.ts";
import type { Message, UpdateMessageInput } from "../contract/message.ts";
import { messageNotFound, sessionNotFound } from "./app-error.ts";
import { assertContentFits } from "./content-length.ts";
import type { Desk } from "./desk.ts";
import { toMessage } from "./read-messages.ts";

/**
 * Edits a message's content; the content it has already is no change and takes no position.
 *
 * @throws {AppError} NOT_FOUND, BAD_REQUEST (content too long)
 */
export async function updateMessage(
  desk: Desk,
  { session_id: sessionId, message_id: id, content }: UpdateMessageInput,
): Promise<Message> {
  assertContentFits(desk, content);
  const row = await desk.database.write(async (trx) => {
    const found = await findMessage(trx, sessionId, id);
    if (!found) throw messageNotFound(id);
    if (found.content === content) return found;
    const seq = await takeNextSeq(trx, sessionId);
    if (seq === undefined) throw sessionNotFound(sessionId);
    return updateContent(trx, { id, content, seq });
  });
  desk.hub.announce(sessionId);
  return toMessage(row);
}
