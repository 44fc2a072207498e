import type { ChatError } from "./chat-error.ts";
import type { OutboxEntry } from "./outbox/outbox-entry.ts";
import type { SessionChanges } from "./session-changes.ts";
import { isAlike } from "./shown-messages.ts";
import type { ListedSession } from "./wire.ts";

/** A session as a list shows it. One that is still to be made has no `activity_seq`. */
export type ShownSession = Omit<ListedSession, "activity_seq"> & {
  readonly activity_seq?: number;
  /** Of its making: the server has it, is still to get it, or has refused it. */
  readonly delivery: "pending" | "sent" | "failed";
  /** Why its making was refused, or its last rename or removal. */
  readonly error?: ChatError;
};

export type ShownList = {
  sessions: readonly ListedSession[];
  entries: readonly OutboxEntry[];
  changes: Pick<SessionChanges, "titleOf" | "isRemoved" | "errorOf">;
};

/** Makes the list that a page shows. A session that looks as before is the same object as before. */
export class SessionView {
  #last = new Map<string, ShownSession>();
  #shown: readonly ShownSession[] = [];

  show({ sessions, entries, changes }: ShownList): readonly ShownSession[] {
    const ids = new Set(sessions.map(({ id }) => id));
    const waiting = entries.flatMap(({ item, failed, isCancelled, isSent }): ShownSession[] => {
      const { session_id: id, create } = item;
      if (!create || isCancelled || isSent || ids.has(id)) return [];
      const { title = newTitle, created_at } = create;
      const delivery = failed ? "failed" : "pending";
      return [{ id, title, created_at, last_message: null, delivery, ...(failed && { error: failed }) }];
    });
    const sent = sessions.map((session): ShownSession => ({ ...session, delivery: "sent" }));
    const next = [...waiting.toReversed(), ...sent].flatMap((session): ShownSession[] => {
      if (changes.isRemoved(session.id)) return [];
      const title = changes.titleOf(session.id) ?? session.title;
      const error = changes.errorOf(session.id);
      const shown = { ...session, title, ...(error && { error }) };
      const last = this.#last.get(session.id);
      return [last && isAlike(last, shown) ? last : shown];
    });
    this.#last = new Map(next.map((session) => [session.id, session]));
    const isSame =
      next.length === this.#shown.length && next.every((session, at) => session === this.#shown[at]);
    return isSame ? this.#shown : (this.#shown = next);
  }
}

/** The server's title of a session that is made without one. */
export const newTitle = "New chat";
