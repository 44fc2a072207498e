import { findSession, updateTitle } from "../../db/session-queries.ts";
import type { Session, UpdateSessionInput } from "../contract/session.ts";
import { sessionNotFound } from "./app-error.ts";
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
  await desk.database.write(async (trx) => {
    const head = await findSession(trx, id);
    if (!head) throw sessionNotFound(id);
    if (head.title !== title) await updateTitle(trx, id, title);
  });
  desk.hub.announce(id);
  return getSession(desk, id);
}
