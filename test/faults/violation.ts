/** The kinds of violations that a history can show. */
export type ViolationName =
  /** An acknowledged write is missing. */
  | "LOST"
  /** A send is stored twice. */
  | "DOUBLED"
  /** Something is stored or shown that nobody wrote there. */
  | "PHANTOM"
  /** A key did not get the answer of its first send, or was not refused for other content. */
  | "KEY"
  /** An answer does not match its request. */
  | "ANSWER"
  /** A call was refused without a reason. */
  | "REFUSED"
  /** The server failed, ended, or reported a failure. */
  | "SERVER_ERROR"
  /** `seq` does not strictly rise, or writes are not stored in the order of their answers. */
  | "ORDER"
  /** `prev` is not the `seq` of the event before. */
  | "GAP"
  /** A subscriber with a valid position was not resumed there. */
  | "RESUME"
  /** A `reset` for a valid position, or none for an impossible one. */
  | "RESET"
  /** The epoch changed without a reason, or did not change after a copy was put back. */
  | "EPOCH"
  /** `caught_up` came more than once, or before the past events. */
  | "CAUGHT_UP"
  /** Two subscribers saw different changes with one `seq`. */
  | "DIFFERS"
  /** A subscriber that applied the events does not have the stored state. */
  | "STATE"
  /** A subscriber never got the last change, or a writer never got an answer. */
  | "STUCK"
  /** A connection was closed because of a stall of the server. */
  | "IMPATIENT"
  /** An append at a wrong offset was accepted, or a delta does not continue the text that its subscriber has. */
  | "OFFSET"
  /** A subscriber saw text of a reply that a later subscriber of the same epoch does not see. */
  | "RETRACTED"
  /** A reply that had ended took more, or ended in two ways. */
  | "REOPENED"
  /** A lease did not end, or ended before its time, or its reply was not `interrupted`. */
  | "LEASE";

/** A finding of a checker, with its details. */
export type Violation<Name extends string = ViolationName> = { name: Name; detail: string };

export function violation<Name extends string>(name: Name, detail: string): Violation<Name> {
  return { name, detail: detail.length > 400 ? `${detail.slice(0, 400)}…` : detail };
}
