import { deleteSessionRow } from "../../db/session-queries.ts";
import { findForbiddingTable } from "../../db/sqlite/referring-tables.ts";
import { AppError, sessionNotFound } from "./app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Desk } from "./desk.ts";

/** Deletes a session with its messages. @throws {AppError} NOT_FOUND, CONFLICT (another program's table refers to them) */
export async function deleteSession(desk: Desk, id: string): Promise<void> {
  await changeSession(desk, id, async (trx) => {
    const table = await findForbiddingTable(trx, id);
    if (table !== undefined) throw sessionReferredTo(id, table);
    const place = await deleteSessionRow(trx, id);
    if (!place) throw sessionNotFound(id);
    return { value: undefined, place };
  });
}

/** @param table another program's, in the same file */
export function sessionReferredTo(id: string, table: string): AppError {
  return new AppError(
    "CONFLICT",
    `The table ${JSON.stringify(table)} of this database refers to messages of the session ${JSON.stringify(id)}: delete those of its rows first.`,
  );
}
