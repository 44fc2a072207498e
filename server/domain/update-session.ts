import { findSession, updateTitle } from "../../db/session-queries.ts";
import type { SessionHead, UpdateSessionInput } from "../contract/session.ts";
import { sessionNotFound } from "./app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Desk } from "./desk.ts";
import { toSessionHead } from "./session-head.ts";

/**
 * Gives a session another title; the title it has already is no change and takes no position. It answers without the
 * messages: an answer of any size could fail once the title is stored.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function updateSession(
  desk: Desk,
  { session_id: id, title }: UpdateSessionInput,
): Promise<SessionHead> {
  return changeSession<SessionHead>(desk, id, async (trx) => {
    const head = await findSession(trx, id);
    if (!head) throw sessionNotFound(id);
    const place = head.title === title ? undefined : await updateTitle(trx, id, title);
    return { value: { ...toSessionHead(head), title }, place };
  });
}
