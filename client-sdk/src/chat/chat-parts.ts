import type * as later from "./later.ts";
import type { ChatRpc } from "./chat-rpc.ts";
import type { KeptState } from "./kept/kept-state.ts";
import type { Line } from "./line.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Pauses } from "./pauses.ts";
import type { Schedule } from "./publish-per-frame.ts";
import type { SessionChanges } from "./session-changes.ts";

/** The part of the client that is loaded at its first use. */
export type Later = typeof later & {
  readonly pauses: Pauses;
  /** The name of this client among those that have a session open. */
  readonly ownId: string;
};

/** The parts that the stores of one chat share. */
export type ChatParts = {
  readonly rpc: ChatRpc;
  readonly line: Line;
  readonly outbox: Outbox;
  readonly kept: KeptState;
  /** Renames and removals of sessions; undefined before the first one. */
  readonly changes: () => SessionChanges | undefined;
  /** Makes a change. An unawaited rejection is harmless: the stores show the error too. */
  readonly change: <Result>(work: (changes: SessionChanges) => Promise<Result>) => Promise<Result>;
  /** Listens to renames and removals of sessions. @returns a function that ends it */
  readonly onChanges: (listener: () => void) => () => void;
  readonly later: () => Promise<Later>;
  /** Whether the stores say that this client has their sessions open, and under which name. */
  readonly presence: { name?: string } | undefined;
  readonly schedule: Schedule;
  readonly now: () => number;
  /** The time for which a log is followed after its last use, in milliseconds. */
  readonly graceMs: number;
  /** Aborts every call. */
  readonly signal: AbortSignal;
};
