import type { SessionState } from "./apply-event.ts";
import type { ChatError } from "./chat-error.ts";
import type { LineStatus } from "./line.ts";
import type { MessageChanges } from "./message-changes.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { SessionChanges } from "./session-changes.ts";
import type { MessageView, ShownMessage } from "./shown-messages.ts";
import { newTitle } from "./shown-sessions.ts";

/** A session as a page shows it. */
export type SessionSnapshot = {
  readonly status: LineStatus;
  /** The title; undefined until the session is loaded. */
  readonly title: string | undefined;
  /** Oldest first; those that are still to be sent are the last. */
  readonly messages: readonly ShownMessage[];
  /** Whether something is known of the session: from this or an earlier visit. */
  readonly isLoaded: boolean;
  /** Whether `loadEarlier` has more. */
  readonly hasEarlier: boolean;
  readonly isLoadingEarlier: boolean;
  /** Why the session is closed, or why its last rename or its making was refused. */
  readonly error: ChatError | undefined;
};

const deleted = {
  kind: "refused",
  code: "NOT_FOUND",
  retryable: false,
  message: "The session was deleted.",
} as const;

export type SessionSources = {
  id: string;
  outbox: Outbox;
  changes: SessionChanges;
  own: MessageChanges;
  view: MessageView;
  log: { state: SessionState; status: LineStatus; error: ChatError | undefined; isLoaded: boolean };
};

/** Puts together what the log, the outbox and the changes under way tell of a session. */
export function showSession({ id, outbox, changes, own, view, log }: SessionSources): SessionSnapshot {
  const { state } = log;
  const creating = outbox.creating(id);
  const isGone = state.isDeleted || changes.isRemoved(id);
  const title = state.session?.title ?? (creating && (creating.item.create?.title ?? newTitle));
  return {
    status: isGone ? "closed" : log.status,
    title: changes.titleOf(id) ?? title,
    messages: view.show({
      messages: isGone ? [] : state.messages,
      entries: outbox.entries(id),
      changes: own,
      isUnkept: (entry) => outbox.isUnkept(entry),
    }),
    isLoaded: log.isLoaded || creating !== undefined,
    hasEarlier: state.hasEarlier,
    isLoadingEarlier: state.paging !== undefined,
    error: log.error ?? (isGone ? deleted : (changes.errorOf(id) ?? creating?.failed)),
  };
}
