import { entombMessage, findMessage } from "../../db/message-queries.ts";
import { takeNextPlace } from "../../db/session-queries.ts";
import type { DeleteMessageInput } from "../contract/message.ts";
import { messageNotFound, sessionNotFound } from "./app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Desk } from "./desk.ts";

/** Deletes a message: its content is gone, its position tells of it. @throws {AppError} NOT_FOUND */
export async function deleteMessage(
  desk: Desk,
  { session_id: sessionId, message_id: id }: DeleteMessageInput,
): Promise<void> {
  await changeSession(desk, sessionId, async (trx) => {
    if (!(await findMessage(trx, sessionId, id))) throw messageNotFound(id);
    const place = await takeNextPlace(trx, sessionId);
    if (!place) throw sessionNotFound(sessionId);
    return { value: await entombMessage(trx, { id, seq: place.seq }), place };
  });
}
