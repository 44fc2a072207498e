import type { ChatError } from "./chat-error.ts";
import type { ListEvent, LiveEvent } from "./wire.ts";

/** The state of a line, or of one log that is followed over it. */
export type LineStatus = "connecting" | "offline" | "catching-up" | "live" | "closed";

/** An event, and the position after it. */
export type Positioned<Event> = { readonly position: string; readonly event: Event };

/** The user of a line that follows one log. */
export type Follower<Event> = {
  /** The position to resume after, asked for at each subscription. Undefined begins with a snapshot. */
  position(): string | undefined;
  /** Takes events in order. Those that came together are given together. */
  take(events: readonly Positioned<Event>[]): void;
  /** The status of this log: `catching-up` from the subscription until `caught_up`, then `live`. */
  onStatus(status: LineStatus): void;
  /** The log cannot be followed, and a repeat would not help: NOT_FOUND, FORBIDDEN, another server's answer. `onStatus("closed")` comes with it. */
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
  /** Tries again now. */
  reconnect(): void;
  close(): Promise<void>;
};

/** Which tab sends: exactly one where there are Web Locks; every tab where there are none. */
export type Sender = {
  readonly isSender: boolean;
  subscribe(listener: () => void): () => void;
  /** Tells the other tabs of what is stored. A topic is a text that the outbox writes and reads. */
  announce(topic: string): void;
  onAnnounced(listener: (topic: string) => void): () => void;
};
