import type { CreateSessionInput, Session } from "../contract/session.ts";
import { sessionExists } from "../contract/app-error.ts";
import type { Services } from "./services.ts";
import { sessionTopic } from "./session-log.ts";

/** @throws {AppError} CONFLICT if a session with that id exists; it stays unchanged */
export async function createSession(services: Services, input: CreateSessionInput): Promise<Session> {
  const head = {
    id: input.id ?? services.newSessionId(),
    title: input.title ?? "New chat",
    created_at: input.created_at ?? services.now().toISOString(),
  };
  const { id, ...fields } = head;
  await services.store.change(id, async (session) => {
    if (!(await session.create(fields))) throw sessionExists(id);
  });
  // Another program may have removed a session with this id. Its subscribers then hold positions that the new session
  // does not have.
  services.hub.compare(sessionTopic(head.id), undefined);
  return { ...head, messages: [] };
}
