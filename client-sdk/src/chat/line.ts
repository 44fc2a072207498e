import type { ChatError } from "./chat-error.ts";
import type { ListEvent, LiveEvent } from "./wire.ts";

/** The status of a line, or of one log that is followed over it. */
export type LineStatus = "connecting" | "offline" | "catching-up" | "live" | "closed";

/** An event, with the position after it. */
export type Positioned<Event> = { readonly position: string; readonly event: Event };

/** The user of a line that follows one log. */
export type Follower<Event> = {
  /** Returns the position to resume after; called at each subscription. Undefined begins with a snapshot. */
  position(): string | undefined;
  /** Takes events in order. Events that arrived together are passed together. */
  take(events: readonly Positioned<Event>[]): void;
  /** The status of this log: `catching-up` from the subscription until `caught_up`, then `live`. */
  onStatus(status: LineStatus): void;
  /**
   * The log cannot be followed, and a repeat would not help: NOT_FOUND, FORBIDDEN, another server's answer.
   * `onStatus("closed")` is called too.
   */
  onRefused(error: ChatError): void;
};

/** The connection to the server, for all logs that are followed. */
export type Line = {
  readonly status: LineStatus;
  subscribeStatus(listener: () => void): () => void;
  /** Returns the function that ends it. */
  followSession(
    session: { sessionId: string; limit: number; maxMissed: number },
    follower: Follower<LiveEvent>,
  ): () => void;
  followList(follower: Follower<ListEvent>): () => void;
  /** Retries at once. */
  reconnect(): void;
  close(): Promise<void>;
};

/** Decides which tab sends: exactly one if there are Web Locks, otherwise every tab. */
export type Sender = {
  readonly isSender: boolean;
  subscribe(listener: () => void): () => void;
  /** Tells the other tabs that stored data has changed. A topic is a text that the outbox writes and reads. */
  announce(topic: string): void;
  onAnnounced(listener: (topic: string) => void): () => void;
};
