import type { MessageRow, SessionChange } from "../../../db/store.ts";
import type { Message } from "../../contract/message.ts";
import type { ClaimInput } from "../../contract/reply.ts";
import { messageOf } from "../read-messages.ts";
import type { Services } from "../services.ts";
import { assertRoomForReply } from "./open-reply.ts";
import { readMessage } from "./finish-reply.ts";
import { assertWritable, findReply } from "./reply-stand.ts";

/**
 * Takes a reply that was requested: it is streaming from now on. The same writer may claim it again.
 *
 * @throws {AppError} NOT_FOUND; CONFLICT with the reply's length and status (another writer has it, or it has ended);
 * TOO_MANY_REQUESTS
 */
export async function claimReply(services: Services, input: ClaimInput): Promise<Message> {
  const { session_id: sessionId, writer = "" } = input;
  const row = await services.store.change(sessionId, async (session): Promise<MessageRow> => {
    const claimed = await claim(session, input, writer);
    const renewals = await session.renewReply(claimed.id);
    services.leases.renew({ session_id: sessionId, message_id: claimed.id, renewals });
    return claimed;
  });
  return messageOf(row);
}

async function claim(session: SessionChange, input: ClaimInput, writer: string): Promise<MessageRow> {
  const found = await findReply(session, input);
  if (found.status === "requested") {
    await assertRoomForReply(session);
    return session.claimReply(found.id, writer);
  }
  const { id } = await assertWritable(session, found, writer);
  return readMessage(session, id);
}
