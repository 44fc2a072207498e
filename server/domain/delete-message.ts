import type { DeleteMessageInput } from "../contract/message.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import { assertUnchanged, findMessageToChange } from "./find-message.ts";

/**
 * Deletes a message: its content is removed, and its `seq` records the deletion.
 *
 * @throws {AppError} NOT_FOUND, BAD_REQUEST (no name, or two), CONFLICT (the message has changed since `if_seq`)
 */
export async function deleteMessage(services: Services, input: DeleteMessageInput): Promise<void> {
  const { session_id: sessionId, if_seq: ifSeq } = input;
  await services.store.change(sessionId, async (session) => {
    const found = await findMessageToChange(session, input);
    assertUnchanged(found, ifSeq);
    if (!(await session.removeMessage(found.id))) throw sessionNotFound(sessionId);
  });
}
