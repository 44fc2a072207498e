import type { Violation } from "../faults/violation.ts";
import { violation as name } from "../faults/violation.ts";

/** The kinds of violations that the history of stores can show. */
export type StoreViolationName =
  /** A send, an edit or the making of a session that the client kept or the server acknowledged is not there. */
  | "LOST"
  /** A send is stored twice. */
  | "DOUBLED"
  /** A message is stored or shown under another key than that of its send. */
  | "KEY"
  /** A message that was taken back is stored. */
  | "CANCELLED"
  /** Sends are not stored in their order, or messages not shown in it. */
  | "ORDER"
  /** A message is in a snapshot twice. */
  | "TWICE"
  /** A message that was shown as deleted is shown again. */
  | "UNDONE"
  /** A message was missing in a snapshot between two others that have it. */
  | "FLICKER"
  /** An older version of a message is shown after a newer one. */
  | "STALE"
  /** The state at the end is not the server's. */
  | "STATE"
  /** The list at the end is not the server's. */
  | "LIST"
  /** A send counts as failed that the server did not refuse. */
  | "REFUSED"
  /** A refused change was rolled back without an error. */
  | "SILENT"
  /** The state at the next opening is neither empty nor the one at the closing. */
  | "KEPT"
  /** The status does not tell the truth. */
  | "STATUS"
  /** A send, a change or a store never came to its end. */
  | "STUCK"
  /** The server failed, ended or said so. */
  | "SERVER_ERROR";

export type StoreViolation = Violation<StoreViolationName>;

export function violation(kind: StoreViolationName, detail: string): StoreViolation {
  return name(kind, detail);
}
