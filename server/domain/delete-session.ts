import { ReferredTo } from "../../db/store.ts";
import { sessionNotFound, sessionReferredTo } from "../contract/app-error.ts";
import type { Services } from "./services.ts";

/**
 * Deletes a session with its messages: from now on no answer shows them. If there are many, their rows are removed
 * after the answer.
 *
 * @throws {AppError} NOT_FOUND, CONFLICT (another program's table refers to the messages)
 */
export async function deleteSession(services: Services, id: string): Promise<void> {
  await services.store
    .change(id, async (session) => {
      if (!(await session.remove())) throw sessionNotFound(id);
    })
    .catch((error: unknown) => {
      throw error instanceof ReferredTo ? sessionReferredTo(id, error.table) : error;
    });
}
