import { updateContent } from "../../db/message-queries.ts";
import { takeNextPlace } from "../../db/session-queries.ts";
import type { Message, UpdateMessageInput } from "../contract/message.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import { changeSession } from "./change-session.ts";
import { assertContentFits } from "./content-length.ts";
import type { Services } from "./services.ts";
import { assertUnchanged, findMessageToChange, readName } from "./find-message.ts";
import { toMessage } from "./read-messages.ts";

/**
 * Edits a message's content. The content that it has already is no change and takes no position, whatever `if_seq` is: a client
 * repeats an edit whose answer was lost.
 *
 * @throws {AppError} NOT_FOUND, BAD_REQUEST (content too long; no name, or two), CONFLICT (changed since `if_seq`)
 */
export async function updateMessage(services: Services, input: UpdateMessageInput): Promise<Message> {
  const { session_id: sessionId, content, if_seq: ifSeq } = input;
  const named = readName(input);
  assertContentFits(services, content);
  return changeSession<Message>(services, sessionId, async (trx) => {
    const found = await findMessageToChange(trx, sessionId, named);
    if (found.content === content) return { value: toMessage(found) };
    assertUnchanged(found, ifSeq);
    const place = await takeNextPlace(trx, sessionId);
    if (!place) throw sessionNotFound(sessionId);
    const message = toMessage(await updateContent(trx, { id: found.id, content, seq: place.seq }));
    return { value: message, place, change: { type: "message", seq: place.seq, message } };
  });
}
