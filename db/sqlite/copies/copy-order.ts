/** The order to the process that copies. */
export type CopyOrder = {
  from: string;
  /** An empty file of the caller's. */
  to: string;
  /** The process id of the caller: without it the copy is of no use. */
  by: number;
  purpose: CopyPurpose;
  /** The last message id that was given out in the database whose place a restored copy takes; 0 if it is not known. */
  replacedMessageId: number;
};

/**
 * `backup` marks the copy as one, so that a start on it gives it a new epoch. `restored` gives it a new epoch itself.
 * `migration` leaves the copy as the file is, whatever that holds.
 */
export type CopyPurpose = "backup" | "restored" | "migration";

/** A report of the process that copies. `done` or `failed` comes once, as the last. */
export type CopyReport =
  | { step: "checking" }
  | { step: "done"; copied: CopiedFile }
  | { step: "failed"; message: string };

/** A finished copy. */
export type CopiedFile = {
  bytes: number;
  /** The number of those that are not deleted; 0 in a file that AI Desk has not made. */
  sessions: number;
  messages: number;
  /** The faults that the copy has from its original: a sentence each. */
  faults: string[];
};
