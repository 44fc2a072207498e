import type { Generated } from "kysely";

/** One row: the name of this history, and the identity of the file (see `db/sqlite/file-identity.ts`). */
export type HistoryTable = {
  id: 1;
  /**
   * Random, 16 lower-case hexadecimal digits. A restore or an import sets a new one, which invalidates every earlier
   * position.
   */
  epoch: string;
  /**
   * The run of the server that opened the file last: 16 random lower-case hexadecimal digits. Empty before the first
   * run.
   */
  run: Generated<string>;
  /** 0 while that run has the file open. */
  closed: Generated<0 | 1>;
  /** 1 in a copy that `ai-desk backup` has made. */
  copied: Generated<0 | 1>;
  /** How many pieces the replies had that are no longer open. An open reply has its own count, in `reply`. */
  pieces: Generated<number>;
};
