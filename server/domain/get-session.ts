import { findSession, findSessionLog } from "../../db/session-queries.ts";
import type { SessionExtent, SessionLogExtent } from "../../db/statements/session-extents.ts";
import { findSessionExtent, findSessionLogExtent } from "../../db/statements/session-extents.ts";
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

/** The extent of a session at this moment, by which its messages are read. @throws {AppError} NOT_FOUND */
export async function getSessionExtent(desk: Desk, id: string): Promise<SessionExtent> {
  const extent = await findSessionExtent(desk.database.read, id);
  if (!extent) throw sessionNotFound(id);
  return extent;
}

/** The same with the head of its log, also of a session that is deleted. @throws {AppError} NOT_FOUND if there never was one */
export async function getSessionLogExtent(desk: Desk, id: string): Promise<SessionLogExtent> {
  const extent = await findSessionLogExtent(desk.database.read, id);
  if (!extent) throw sessionNotFound(id);
  return extent;
}

/** Asserts that the session exists or existed. @throws {AppError} NOT_FOUND */
export async function assertHasLog(desk: Desk, id: string): Promise<void> {
  if (!(await findSessionLog(desk.database.read, id))) throw sessionNotFound(id);
}
