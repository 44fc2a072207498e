import type { Store } from "../../db/store.ts";
import type { LiveHub } from "../live/live-hub.ts";

/** The services that the product's actions work with. */
export type Services = {
  readonly store: Store;
  readonly hub: LiveHub;
  /** The clock. */
  readonly now: () => Date;
  /** Makes the id of a session that came without one. */
  readonly newSessionId: () => string;
  /** Aborts when the product is about to stop: polls that wait for an event are answered now. */
  readonly stopping: AbortSignal;
  /** The product's version. */
  readonly version: string;
  /** The longest content, in UTF-16 code units. */
  readonly maxMessageChars: number;
  /** How many readers a session may have at a time, over all doors. */
  readonly maxReadersPerSession: number;
  /** How long a poll waits at most, in milliseconds. */
  readonly pollMs: number;
};
