import { findSession, findSessionLog } from "../../db/session-queries.ts";
import type { SessionHead } from "../contract/session.ts";
import { sessionNotFound } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import { toSessionHead } from "./session-head.ts";

/** @throws {AppError} NOT_FOUND */
export async function getSessionHead(desk: Desk, id: string): Promise<SessionHead> {
  const head = await findSession(desk.database.read, id);
  if (!head) throw sessionNotFound(id);
  return toSessionHead(head);
}

/** That there is such a session or was one. @throws {AppError} NOT_FOUND */
export async function assertHasLog(desk: Desk, id: string): Promise<void> {
  if (!(await findSessionLog(desk.database.read, id))) throw sessionNotFound(id);
}
