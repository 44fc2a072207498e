/** The kinds of violations that a history can show. */
export type ViolationName =
  /** An acknowledged write is not there. */
  | "LOST"
  /** A send is stored twice. */
  | "DOUBLED"
  /** Something is stored or shown that nobody wrote there. */
  | "PHANTOM"
  /** A key was not answered as its first send was, or not refused for another content. */
  | "KEY"
  /** An answer is not about what was asked. */
  | "ANSWER"
  /** A call was refused that there was no reason to refuse. */
  | "REFUSED"
  /** The server failed, ended or said so. */
  | "SERVER_ERROR"
  /** Positions do not strictly rise, or writes are not stored in the order in which they were answered. */
  | "ORDER"
  /** `prev` is not the event before it. */
  | "GAP"
  /** A reader with a good position was not sent on from there. */
  | "RESUME"
  /** A `reset` for a good position, or none for an impossible one. */
  | "RESET"
  /** The epoch is another without a reason, or the same although a copy was put back. */
  | "EPOCH"
  /** `caught_up` more than once, or before what there was. */
  | "CAUGHT_UP"
  /** Two readers saw different changes at one position. */
  | "DIFFERS"
  /** A reader did as the events say and does not have what is stored. */
  | "STATE"
  /** A reader was never told of the last change, a writer never answered. */
  | "STUCK"
  /** A peer was closed for a stall of the server. */
  | "IMPATIENT";

/** A finding of a checker, with what it is about. */
export type Violation<Name extends string = ViolationName> = { name: Name; detail: string };

export function violation<Name extends string>(name: Name, detail: string): Violation<Name> {
  return { name, detail: detail.length > 400 ? `${detail.slice(0, 400)}…` : detail };
}
