import type { SessionExtent, SessionLogExtent } from "../../db/store.ts";
import type { SessionHead } from "../contract/session.ts";
import { sessionNotFound } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import { toSessionHead } from "./session-head.ts";

/** @throws {AppError} NOT_FOUND */
export async function getSessionHead(services: Services, id: string): Promise<SessionHead> {
  const head = await services.store.sessions.find(id);
  if (!head) throw sessionNotFound(id);
  return toSessionHead(head);
}

/** The extent of a session at this moment, by which its messages are read. @throws {AppError} NOT_FOUND */
export async function getSessionExtent(services: Services, id: string): Promise<SessionExtent> {
  const extent = await services.store.sessions.findExtent(id);
  if (!extent) throw sessionNotFound(id);
  return extent;
}

/** The same with the head of its log, also of a session that is deleted. @throws {AppError} NOT_FOUND if there never was one */
export async function getSessionLogExtent(services: Services, id: string): Promise<SessionLogExtent> {
  const extent = await services.store.sessions.findLogExtent(id);
  if (!extent) throw sessionNotFound(id);
  return extent;
}

/** Asserts that the session exists or existed. @throws {AppError} NOT_FOUND */
export async function assertHasLog(services: Services, id: string): Promise<void> {
  if (!(await services.store.sessions.findLog(id))) throw sessionNotFound(id);
}
