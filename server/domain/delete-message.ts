import { entombMessage, findMessage } from "../../db/message-queries.ts";
import { takeNextSeq } from "../../db/session-queries.ts";
import type { DeleteMessageInput } from "../contract/message.ts";
import { messageNotFound, sessionNotFound } from "./app-error.ts";
import type { Desk } from "./desk.ts";

/** Deletes a message: its content is gone, its position tells of it. @throws {AppError} NOT_FOUND */
export async function deleteMessage(
  desk: Desk,
  { session_id: sessionId, message_id: id }: DeleteMessageInput,
): Promise<void> {
  await desk.database.write(async (trx) => {
    if (!(await findMessage(trx, sessionId, id))) throw messageNotFound(id);
    const seq = await takeNextSeq(trx, sessionId);
    if (seq === undefined) throw sessionNotFound(sessionId);
    await entombMessage(trx, { id, seq });
  });
  desk.hub.announce(sessionId);
}
