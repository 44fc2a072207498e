import type { Database } from "better-sqlite3";
import { DatabaseMovedError, isLocked } from "./database-errors.ts";
import type { Writer } from "./writer.ts";
import type { ServedMark } from "./served-mark.ts";

/**
 * Marks the file as closed, in itself and then beside it, and closes it: only then may the log be removed, for a file that
 * is not marked as closed counts as damaged without its log.
 *
 * @throws {SqliteError} where the file cannot be written. The log is left beside it then, with all that is in it.
 */
export function endRun({
  writer,
  reader,
  mark,
}: {
  writer: Writer;
  /** It must be able to read only: such a connection leaves the log where it is, also when it is the last. */
  reader: Database;
  mark: ServedMark;
}): void {
  try {
    markAsClosed(writer);
  } catch (error) {
    writer.discard();
    reader.close();
    throw error;
  }
  mark.close();
  reader.close();
  writer.close();
}

function markAsClosed(writer: Writer): void {
  try {
    writer.executeNow("update history set closed = 1");
  } catch (error) {
    // Another process has the file, and with it the log; or the file has gone, and is not what the mark tells of any more.
    if (isLocked(error) || error instanceof DatabaseMovedError) return;
    // On a full disk there is room in the log once it was taken in.
    writer.discard();
    writer.checkpoint();
    writer.executeNow("update history set closed = 1");
  }
}
