import type SqliteFile from "better-sqlite3";
import type { Call } from "./read-trace.ts";

/** The kind of content that clients store in a recording, and what they are told of it. */
export type StoredContent<Acknowledgement extends object> = {
  /** Finds the acknowledgements in the bytes that leave the process. */
  makeReader(): { read(call: Call): Acknowledgement[] };
  /** Reads a recovered file: the faults in it, and the acknowledgements that it does not keep. */
  examine(
    database: SqliteFile.Database,
    acknowledged: readonly Acknowledgement[],
  ): { faults: string[]; missing: Acknowledgement[] };
};
