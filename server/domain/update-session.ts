import { findSession, updateTitle } from "../../db/session-queries.ts";
import type { Session, UpdateSessionInput } from "../contract/session.ts";
import { sessionNotFound } from "./app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Desk } from "./desk.ts";
import { getSession } from "./get-session.ts";

/**
 * Gives a session another title; the title it has already is no change and takes no position.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function updateSession(
  desk: Desk,
  { session_id: id, title }: UpdateSessionInput,
): Promise<Session> {
  await changeSession(desk, id, async (trx) => {
    const head = await findSession(trx, id);
    if (!head) throw sessionNotFound(id);
    return { value: head, place: head.title === title ? undefined : await updateTitle(trx, id, title) };
  });
  return getSession(desk, id);
}
