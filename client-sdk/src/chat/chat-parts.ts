import type { ChatRpc } from "./chat-rpc.ts";
import type { KeptState } from "./kept-state.ts";
import type { Line } from "./line.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { Pauses } from "./pauses.ts";
import type { Schedule } from "./publish-per-frame.ts";
import type { SessionChanges } from "./session-changes.ts";

/** What the stores of one chat share. */
export type ChatParts = {
  readonly rpc: ChatRpc;
  readonly line: Line;
  readonly outbox: Outbox;
  readonly kept: KeptState;
  readonly pauses: Pauses;
  readonly changes: SessionChanges;
  readonly schedule: Schedule;
  readonly now: () => number;
  /** How long a log is followed after its last use. */
  readonly graceMs: number;
  /** Ends every call. */
  readonly signal: AbortSignal;
};
