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

/** The current extent of a session, by which its messages are read. @throws {AppError} NOT_FOUND */
export async function getSessionExtent(services: Services, id: string): Promise<SessionExtent> {
  const extent = await services.store.sessions.findExtent(id);
  if (!extent) throw sessionNotFound(id);
  return extent;
}

/**
 * The extent of a session with the head of its change log, also of a deleted session. @throws {AppError} NOT_FOUND if
 * the session never existed
 */
export async function getSessionLogExtent(services: Services, id: string): Promise<SessionLogExtent> {
  const extent = await services.store.sessions.findLogExtent(id);
  if (!extent) throw sessionNotFound(id);
  return extent;
}

/** Asserts that the session exists or existed. @throws {AppError} NOT_FOUND */
export async function assertHasLog(services: Services, id: string): Promise<void> {
  if (!(await services.store.sessions.findLog(id))) throw sessionNotFound(id);
}
