import type * as later from "./later.ts";
import type { ChatRpc } from "./chat-rpc.ts";
import type { KeptState } from "./kept/kept-state.ts";
import type { Line } from "./line.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Pauses } from "./pauses.ts";
import type { Schedule } from "./publish-per-frame.ts";
import type { SessionChanges } from "./session-changes.ts";

/** The part of the client that is loaded when it is used. */
export type Later = typeof later & { readonly pauses: Pauses };

/** The parts that the stores of one chat share. */
export type ChatParts = {
  readonly rpc: ChatRpc;
  readonly line: Line;
  readonly outbox: Outbox;
  readonly kept: KeptState;
  /** Renames and removals of sessions, once there was one. */
  readonly changes: () => SessionChanges | undefined;
  /** Makes a change. A rejection that nobody awaits does no harm: the stores show it too. */
  readonly change: <Result>(work: (changes: SessionChanges) => Promise<Result>) => Promise<Result>;
  /** Hears of renames and removals of sessions. @returns the function that ends it */
  readonly onChanges: (listener: () => void) => () => void;
  readonly later: () => Promise<Later>;
  readonly schedule: Schedule;
  readonly now: () => number;
  /** How long a log is followed after its last use. */
  readonly graceMs: number;
  /** Ends every call. */
  readonly signal: AbortSignal;
};
