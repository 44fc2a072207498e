import type { ChatError } from "./chat-error.ts";
import type { LineStatus } from "./line.ts";
import type { Somebody } from "./presence.ts";
import type { Run, ShownMessage } from "./shown-messages.ts";

/** A session as a page shows it. */
export type SessionSnapshot = {
  readonly status: LineStatus;
  /** The title; undefined until the session is loaded. */
  readonly title: string | undefined;
  /** The messages of the chosen branch, oldest first; unsent messages come last. */
  readonly messages: readonly ShownMessage[];
  /** The latest reply that is being written or was asked for, on any branch. */
  readonly run: Run | undefined;
  /** The others who are typing. */
  readonly typing: readonly Somebody[];
  /** The others who have the session open, if their clients say so. */
  readonly here: readonly Somebody[];
  /** Whether there is data of the session, from this visit or an earlier one. */
  readonly isLoaded: boolean;
  /** Whether `loadEarlier` can load more. */
  readonly hasEarlier: boolean;
  readonly isLoadingEarlier: boolean;
  /** Why the session is closed, or why its last rename or its creation was refused. */
  readonly error: ChatError | undefined;
};
