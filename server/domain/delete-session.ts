import { deleteSessionRow } from "../../db/session-queries.ts";
import { sessionNotFound } from "./app-error.ts";
import type { Desk } from "./desk.ts";

/** Deletes a session with its messages. @throws {AppError} NOT_FOUND */
export async function deleteSession(desk: Desk, id: string): Promise<void> {
  const deleted = await desk.database.write((trx) => deleteSessionRow(trx, id));
  if (!deleted) throw sessionNotFound(id);
  desk.hub.announce(id);
}
