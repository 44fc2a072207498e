import type { SessionLife } from "../../db/store.ts";
import type { SessionHead, UpdateSessionInput } from "../contract/session.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import { toSessionHead } from "./session-head.ts";

/**
 * Sets a session's title. A title that equals the current one is no change and takes no `seq`. The answer has no
 * messages: a large answer could fail after the title was stored.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function updateSession(services: Services, input: UpdateSessionInput): Promise<SessionHead> {
  const { id, title, created_at } = await renameSession(services, input);
  return { id, title, created_at };
}

/** Renames a session. @returns its head and its life, given by the ordinal. @throws {AppError} NOT_FOUND */
export function renameSession(
  services: Services,
  { session_id: id, title }: UpdateSessionInput,
): Promise<SessionHead & Pick<SessionLife, "ordinal">> {
  return services.store.change(id, async (session) => {
    const found = await session.find();
    if (!found) throw sessionNotFound(id);
    if (found.title !== title) await session.rename(title);
    return { ...toSessionHead(found), title, ordinal: found.ordinal };
  });
}
