import type { MessageRow, ReplyStand, SessionChange } from "../../../db/store.ts";
import type { AppError, ReplyStandNow } from "../../contract/app-error.ts";
import { replyConflict, replyHasEnded, writtenByAnother } from "../../contract/app-error.ts";
import type { MessageName } from "../../contract/message.ts";
import { nothingFound, readName } from "../find-message.ts";

/** A reply that is streaming. */
export type OpenStand = ReplyStand & {
  chars: number;
  chunk_count: number;
  chunk_bytes: number;
  renewals: number;
};

/** Whether a message is a reply that has not ended. */
export function isOpen({ status }: Pick<MessageRow, "status">): boolean {
  return status === "requested" || status === "streaming";
}

export function toStandNow({ chars, status }: ReplyStand): ReplyStandNow {
  return { length: chars ?? 0, status: status ?? "complete" };
}

/** Finds a reply, also one that has ended. @throws {AppError} NOT_FOUND, BAD_REQUEST (no name, or two) */
export async function findReply(session: SessionChange, name: MessageName): Promise<ReplyStand> {
  const named = readName(name);
  const found = await session.findReply(named);
  if (!found || found.deleted) throw await nothingFound(session, name.session_id, named);
  return found;
}

/**
 * Holds a reply to be one that `writer` may write now.
 *
 * @throws {AppError} CONFLICT, with the reply's length and status
 */
export async function assertWritable(
  session: SessionChange,
  found: ReplyStand,
  writer: string,
): Promise<OpenStand> {
  const { status, chars, chunk_count, chunk_bytes, renewals } = found;
  const isOpenNow = chars !== null && chunk_count !== null && chunk_bytes !== null && renewals !== null;
  if (status !== "streaming" || !isOpenNow) throw await endedOrRequested(session, found);
  if (found.writer !== writer) throw writtenByAnother(toStandNow(found));
  return { ...found, chars, chunk_count, chunk_bytes, renewals };
}

async function endedOrRequested(session: SessionChange, found: ReplyStand): Promise<AppError> {
  if (found.status === "requested") {
    return replyConflict("This reply is only requested: claim it first.", toStandNow(found));
  }
  const message = await session.findMessage({ id: found.id });
  return replyHasEnded({ ...toStandNow(found), length: message?.content.length ?? 0 });
}

/** The answer to an edit of a reply that has not ended. */
export function replyIsOpen(found: ReplyStand | undefined): AppError {
  const message = "This reply is not complete: stop it first, or wait for its end.";
  return replyConflict(message, found ? toStandNow(found) : { length: 0, status: "streaming" });
}
