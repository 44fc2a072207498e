import { insertSession } from "../../db/statements/make-session.ts";
import type { CreateSessionInput, Session } from "../contract/session.ts";
import { AppError } from "../contract/app-error.ts";
import { changeSession } from "./change-session.ts";
import type { Services } from "./services.ts";
import { sessionTopic } from "./session-log.ts";

/** @throws {AppError} CONFLICT if there is a session with that id; it stays as it is */
export async function createSession(services: Services, input: CreateSessionInput): Promise<Session> {
  const head = {
    id: input.id ?? services.newSessionId(),
    title: input.title ?? "New chat",
    created_at: input.created_at ?? services.now().toISOString(),
  };
  const made = await changeSession(services, head.id, async (trx) => {
    const row = await insertSession(trx, head);
    if (!row) {
      throw new AppError(
        "CONFLICT",
        `There is a session ${JSON.stringify(head.id)} already: choose another id.`,
      );
    }
    return { value: row, place: row };
  });
  if (!made.isPurged) services.database.purge();
  // Another program may have removed a session with this id. Its readers hold positions that this session does not have.
  services.hub.compare(sessionTopic(head.id), undefined);
  return { ...head, messages: [] };
}
