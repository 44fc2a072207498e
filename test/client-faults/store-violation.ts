import type { Violation } from "../faults/violation.ts";
import { violation as name } from "../faults/violation.ts";

/** The kinds of violations in the history of stores. */
export type StoreViolationName =
  /**
   * A send, an edit or the creation of a session is missing, although the client kept it or the server acknowledged it.
   */
  | "LOST"
  /** A send is stored twice. */
  | "DOUBLED"
  /** A message is stored or shown under another key than that of its send. */
  | "KEY"
  /** A message that was cancelled is stored. */
  | "CANCELLED"
  /** Sends are stored out of order, or messages are shown out of order. */
  | "ORDER"
  /** A message is in a snapshot twice. */
  | "TWICE"
  /** A message that was shown as deleted is shown again. */
  | "UNDONE"
  /** A message is missing in a snapshot between two others that have it. */
  | "FLICKER"
  /** An older version of a message is shown after a newer one. */
  | "STALE"
  /** The state at the end is not the server's. */
  | "STATE"
  /** The list at the end is not the server's. */
  | "LIST"
  /** A send counts as failed although the server did not refuse it. */
  | "REFUSED"
  /** A refused change was rolled back without an error. */
  | "SILENT"
  /** The state after the next opening is neither empty nor the one at the closing. */
  | "KEPT"
  /** The status is wrong. */
  | "STATUS"
  /** A send, a change or a store never reached its end. */
  | "STUCK"
  /** The server failed, ended, or reported a failure. */
  | "SERVER_ERROR";

export type StoreViolation = Violation<StoreViolationName>;

export function violation(kind: StoreViolationName, detail: string): StoreViolation {
  return name(kind, detail);
}
