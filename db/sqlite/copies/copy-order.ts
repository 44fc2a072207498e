/** The order to the copying process. */
export type CopyOrder = {
  from: string;
  /** An empty file that the caller has created. */
  to: string;
  /** The process id of the caller. If the caller ends, nobody uses the copy. */
  by: number;
  purpose: CopyPurpose;
  /** The last message id that the database issued which a restored copy replaces; 0 if unknown. */
  replacedMessageId: number;
};

/**
 * `backup` marks the copy as a backup, so that a start on it sets a new epoch. `restored` sets a new epoch in the copy
 * itself. `migration` leaves the copy as it is, whatever it contains.
 */
export type CopyPurpose = "backup" | "restored" | "migration";

/** A report of the copying process. `done` or `failed` comes once, as the last report. */
export type CopyReport =
  | { step: "checking" }
  | { step: "done"; copied: CopiedFile }
  | { step: "failed"; message: string };

/** A finished copy. */
export type CopiedFile = {
  bytes: number;
  /** The number of sessions and messages that are not deleted; 0 in a file that AI Desk has not made. */
  sessions: number;
  messages: number;
  /** The faults that the copy has from its original, one sentence each. */
  faults: string[];
};
