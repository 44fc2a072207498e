import type { ChatError } from "./chat-error.ts";
import type { OutboxEntry } from "./outbox/outbox-entry.ts";
import type { SessionChanges } from "./session-changes.ts";
import type { ListedSession } from "./wire.ts";

/** A session as a list shows it. A session that is not created yet has no `activity_seq`. */
export type ShownSession = Omit<ListedSession, "activity_seq"> & {
  readonly activity_seq?: number;
  /** The state of its creation: the server has it, does not have it yet, or has refused it. */
  readonly delivery: "pending" | "sent" | "failed";
  /** Why its creation was refused, or its last rename or removal. */
  readonly error?: ChatError;
};

export type SessionListSources = {
  sessions: readonly ListedSession[];
  entries: readonly OutboxEntry[];
  changes: SessionChanges | undefined;
};

/** The sessions that are not created yet, the latest first, followed by those of the log, with the pending changes. */
export function showSessions({ sessions, entries, changes }: SessionListSources): ShownSession[] {
  const ids = new Set(sessions.map(({ id }) => id));
  const waiting: ShownSession[] = [];
  for (const { item, failed, isCancelled, isSent } of entries) {
    const { session_id: id, create } = item;
    if (!create || isCancelled || isSent || ids.has(id)) continue;
    const delivery = failed ? "failed" : "pending";
    waiting.unshift({
      id,
      ...create,
      title: create.title ?? newTitle,
      last_message: null,
      delivery,
      ...(failed && { error: failed }),
    });
  }
  const sent = sessions.map((session): ShownSession => ({ ...session, delivery: "sent" }));
  return [...waiting, ...sent].flatMap((session): ShownSession[] => {
    const { id } = session;
    if (changes?.isRemoved(id) === true) return [];
    const error = changes?.errorOf(id);
    return [{ ...session, title: changes?.titleOf(id) ?? session.title, ...(error && { error }) }];
  });
}

/** The server's title of a session that was created without one. */
export const newTitle = "New chat";
