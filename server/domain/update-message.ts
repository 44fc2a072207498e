import { findMessage, updateContent } from "../../db/message-queries.ts";
import { takeNextPlace } from "../../db/session-queries.ts";
import type { Message, UpdateMessageInput } from "../contract/message.ts";
import { messageNotFound, sessionNotFound } from "./app-error.ts";
import { changeSession } from "./change-session.ts";
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
  return changeSession<Message>(desk, sessionId, async (trx) => {
    const found = await findMessage(trx, sessionId, id);
    if (!found) throw messageNotFound(id);
    if (found.content === content) return { value: toMessage(found) };
    const place = await takeNextPlace(trx, sessionId);
    if (!place) throw sessionNotFound(sessionId);
    const message = toMessage(await updateContent(trx, { id, content, seq: place.seq }));
    return { value: message, place, change: { type: "message", seq: place.seq, message } };
  });
}
