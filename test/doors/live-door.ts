import type { LiveEvent } from "../../server/contract/live-event.ts";
import type { LogEvent, TrackedEvent } from "../../server/live/change-log.ts";
import type { Collector } from "../support/readers.ts";

export type Address = { url: string; wsUrl: string };

/** An event, and the position at which to come back after it. */
export type Seen = TrackedEvent<LiveEvent>;

/** A reader on a connection of its own, which is being opened. */
export type Following<Event extends LogEvent = LiveEvent> = {
  events: Collector<TrackedEvent<Event>>;
  /**
   * Resolves when there is no more to come: "complete" if the server said so, else the error's code, the WebSocket's close
   * code, or "cut" if the connection ended without a word.
   */
  ended: Promise<string>;
  /** Takes no more from the connection, as a client that hangs. */
  pause(): void;
  resume(): void;
  /** Drops the connection with a reset, whatever is on its way. */
  cut(): void;
  /** Stops as a client does that wants no more. */
  stop(): void;
};

/** The request of a reader of a session: `extent` holds `limit` and `max_missed`, where it says them. */
export type FollowInput = {
  session_id: string;
  after?: string | undefined;
  extent?: { limit?: number; max_missed?: number } | undefined;
};

/** One way to follow a session. */
export type LiveDoor = {
  name: string;
  /** Without `after`, from a snapshot on. */
  follow(server: Address, input: FollowInput): Following;
  /** Whether `caught_up` is an event here: a poll tells of it by an empty answer. */
  tellsCaughtUp: boolean;
  /** The results of `ended`. */
  ends: { sessionDeleted: string; tooMany: string; slow: string | undefined };
};
