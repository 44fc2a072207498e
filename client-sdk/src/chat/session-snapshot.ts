import type { ChatError } from "./chat-error.ts";
import type { LineStatus } from "./line.ts";
import type { ShownMessage } from "./shown-messages.ts";

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
