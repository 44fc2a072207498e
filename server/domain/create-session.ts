import { insertSession } from "../../db/session-queries.ts";
import type { CreateSessionInput, Session } from "../contract/session.ts";
import { AppError } from "./app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Desk } from "./desk.ts";
import { sessionTopic } from "./session-log.ts";

/** @throws {AppError} CONFLICT if there is a session of that id; it stays as it is. */
export async function createSession(desk: Desk, input: CreateSessionInput): Promise<Session> {
  const session = {
    id: input.id ?? desk.newSessionId(),
    title: input.title ?? "New chat",
    created_at: input.created_at ?? desk.now().toISOString(),
  };
  const made = await changeSession<Session>(desk, session.id, async (trx) => {
    const row = await insertSession(trx, session);
    if (!row) {
      throw new AppError(
        "CONFLICT",
        `There is a session ${JSON.stringify(session.id)} already: choose another id.`,
      );
    }
    const { seq, list_seq, ...head } = row;
    return { value: { ...head, messages: [] }, place: { seq, list_seq } };
  });
  // Another program may have removed a session of this id, and whoever followed that one stands where this one has not been.
  desk.hub.compare(sessionTopic(session.id), undefined);
  return made;
}
