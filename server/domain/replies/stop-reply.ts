import type { MessageRow } from "../../../db/store.ts";
import type { Message } from "../../contract/message.ts";
import type { StopInput } from "../../contract/reply.ts";
import { messageOf } from "../read-messages.ts";
import type { Services } from "../services.ts";
import { endOpenReply } from "./end-open-reply.ts";
import { readMessage } from "./finish-reply.ts";
import { findReply, isOpen } from "./reply-stand.ts";

/**
 * Ends a reply as `stopped`, with the text so far. A reply that has ended is answered as it is.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function stopReply(services: Services, input: StopInput): Promise<Message> {
  const row = await services.store.change(input.session_id, async (session): Promise<MessageRow> => {
    const found = await findReply(session, input);
    if (!isOpen(found)) return readMessage(session, found.id);
    return endOpenReply(session, found.id, { status: "stopped" });
  });
  services.leases.end(row.id);
  return messageOf(row);
}
