import type { KeptState } from "./kept/kept-state.ts";
import type { Follower, Line } from "./line.ts";

export type FollowedEvent = { readonly type: string; readonly epoch?: string };

/** The parts of a log that differ from store to store, and those around it. */
export type LogOptions<State, Event, Answer> = {
  /** Its name among what is kept. */
  name: string;
  empty: State;
  apply: (state: State, event: Event | Answer) => State;
  follow: (follower: Follower<Event>) => () => void;
  /** Whether the log cannot be there yet, since the outbox is still to make it. */
  isAwaited: () => boolean;
  /** Brings `isAwaited` up to date. */
  beforeJudging: () => Promise<void>;
  /** Tells a listener of all else that the store shows, while it is in use. */
  listen: (listener: () => void) => (() => void)[];
  /** Hears of each event, after it was applied. */
  onEvent: (event: Event) => void;
  onChange: () => void;
  /** All that the line has is here. */
  onLive: () => void;
  line: Line;
  kept: KeptState;
  graceMs: number;
};
