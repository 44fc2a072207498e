import { findSession, updateTitle } from "../../db/session-queries.ts";
import type { SessionLife } from "../../db/statements/session-extents.ts";
import type { SessionHead, UpdateSessionInput } from "../contract/session.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Services } from "./services.ts";
import { toSessionHead } from "./session-head.ts";

/**
 * Gives a session another title. A title that it has already is no change and takes no position. The answer has no messages:
 * a large answer could fail after the title was stored.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function updateSession(services: Services, input: UpdateSessionInput): Promise<SessionHead> {
  const { id, title, created_at } = await renameSession(services, input);
  return { id, title, created_at };
}

/** Renames a session. @returns its head and its life, by the ordinal. @throws {AppError} NOT_FOUND */
export function renameSession(
  services: Services,
  { session_id: id, title }: UpdateSessionInput,
): Promise<SessionHead & Pick<SessionLife, "ordinal">> {
  return changeSession(services, id, async (trx) => {
    const session = await findSession(trx, id);
    if (!session) throw sessionNotFound(id);
    const place = session.title === title ? undefined : await updateTitle(trx, id, title);
    const value = { ...toSessionHead(session), title, ordinal: session.ordinal };
    return { value, place };
  });
}
