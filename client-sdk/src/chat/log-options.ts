import type { KeptState } from "./kept/kept-state.ts";
import type { Follower, Line } from "./line.ts";

export type FollowedEvent = { readonly type: string; readonly epoch?: string };

/** The parts of a log that differ between stores. */
export type LogOptions<State, Event> = {
  /** Its name in the kept data. */
  name: string;
  empty: State;
  apply: (state: State, event: Event) => State;
  follow: (follower: Follower<Event>) => () => void;
  /** Whether the log cannot exist yet, since the outbox has yet to create it. */
  isAwaited: () => boolean;
  /** Updates `isAwaited`. */
  beforeJudging: () => Promise<void>;
  /** Calls a listener for changes of everything else that the store shows, while the store is in use. */
  listen: (listener: () => void) => (() => void)[];
  /** Called with each event, after it was applied. */
  onEvent: (event: Event) => void;
  onChange: () => void;
  /** Called when the log is up to date. */
  onLive: () => void;
  line: Line;
  kept: KeptState;
  graceMs: number;
};
