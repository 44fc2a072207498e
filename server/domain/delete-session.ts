import { deleteSessionRow } from "../../db/session-queries.ts";
import { sessionNotFound } from "./app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Desk } from "./desk.ts";

/** Deletes a session with its messages. @throws {AppError} NOT_FOUND */
export async function deleteSession(desk: Desk, id: string): Promise<void> {
  await changeSession(desk, id, async (trx) => {
    const place = await deleteSessionRow(trx, id);
    if (!place) throw sessionNotFound(id);
    return { value: undefined, place };
  });
}
