import { entombMessage } from "../../db/message-queries.ts";
import { takeNextPlace } from "../../db/session-queries.ts";
import type { DeleteMessageInput } from "../contract/message.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Services } from "./services.ts";
import { assertUnchanged, findMessageToChange, readName } from "./find-message.ts";

/**
 * Deletes a message: its content is gone, its position tells of it.
 *
 * @throws {AppError} NOT_FOUND, BAD_REQUEST (no name, or two), CONFLICT (the message has changed since `if_seq`)
 */
export async function deleteMessage(services: Services, input: DeleteMessageInput): Promise<void> {
  const { session_id: sessionId, if_seq: ifSeq } = input;
  const named = readName(input);
  await changeSession(services, sessionId, async (trx) => {
    const found = await findMessageToChange(trx, sessionId, named);
    assertUnchanged(found, ifSeq);
    const place = await takeNextPlace(trx, sessionId);
    if (!place) throw sessionNotFound(sessionId);
    return { value: await entombMessage(trx, { id: found.id, seq: place.seq }), place };
  });
}
