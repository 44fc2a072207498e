import { createHash } from "node:crypto";
import type { MessageRow, ReplyStand, SessionChange } from "../../../db/store.ts";
import { messageNotFound } from "../../contract/app-error.ts";
import type { Message } from "../../contract/message.ts";
import type { FinishInput } from "../../contract/reply.ts";
import { assertContentFits } from "../content-length.ts";
import { messageOf } from "../read-messages.ts";
import type { Services } from "../services.ts";
import { endOpenReply } from "./end-open-reply.ts";
import { assertWritable, findReply } from "./reply-stand.ts";

/**
 * Ends a reply. The same finish again is answered with the reply.
 *
 * @throws {AppError} NOT_FOUND; BAD_REQUEST (content too long); CONFLICT with the reply's length and status (another writer, or it
 * has ended otherwise)
 */
export async function finishReply(services: Services, input: FinishInput): Promise<Message> {
  const { status = "complete", content, parts, metadata, error, writer = "" } = input;
  if (content !== undefined) assertContentFits(services, content);
  const row = await services.store.change(input.session_id, async (session): Promise<MessageRow> => {
    const found = await findReply(session, input);
    if (isSameEnd(found, input)) return readMessage(session, found.id);
    const { id } = await assertWritable(session, found, writer);
    const end = status === "complete" ? null : status;
    const digest = digestOf(input);
    return endOpenReply(session, id, { status: end, content, parts, metadata, failure: error, digest });
  });
  services.leases.end(row.id);
  return messageOf(row);
}

/** Whether the same finish has ended the reply. */
export function isSameEnd({ end_digest }: ReplyStand, input: FinishInput): boolean {
  return end_digest === digestOf(input);
}

export async function readMessage(session: SessionChange, id: number): Promise<MessageRow> {
  const row = await session.findMessage({ id });
  if (!row) throw messageNotFound({ id });
  return row;
}

function digestOf({
  status = "complete",
  content,
  parts,
  metadata,
  error,
  writer = "",
}: FinishInput): string {
  const given = JSON.stringify({ status, content, parts, metadata, error, writer });
  return createHash("sha256").update(given).digest("base64url");
}
