import { findForbiddingTable } from "../../db/statements/referring-tables.ts";
import { deleteSessionRow } from "../../db/statements/purge.ts";
import { AppError, sessionNotFound } from "../contract/app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Services } from "./services.ts";

/**
 * Deletes a session with its messages: no answer shows any of them from now on. If they are many, their rows are removed
 * after the answer.
 *
 * @throws {AppError} NOT_FOUND, CONFLICT (another program's table refers to the messages)
 */
export async function deleteSession(services: Services, id: string): Promise<void> {
  const isPurged = await changeSession(services, id, async (trx) => {
    const table = await findForbiddingTable(trx, id);
    if (table !== undefined) throw sessionReferredTo(id, table);
    const deleted = await deleteSessionRow(trx, id);
    if (!deleted) throw sessionNotFound(id);
    return { value: deleted.isPurged, place: deleted.place };
  });
  if (!isPurged) services.database.purge();
}

/** @param table another program's, in the same file */
export function sessionReferredTo(id: string, table: string): AppError {
  return new AppError(
    "CONFLICT",
    `The table ${JSON.stringify(table)} of this database refers to messages of the session ${JSON.stringify(id)}: delete those of its rows first.`,
  );
}
