import type { Database } from "better-sqlite3";
import { DatabaseMovedError, isLocked } from "./database-errors.ts";
import type { Writer } from "./writer.ts";
import type { ServedMark } from "./served-mark.ts";

/**
 * Marks the file as closed, first in the file and then in the mark, and closes it. Only after that may the log be
 * removed, because a file that is not marked as closed counts as damaged without its log.
 *
 * @throws {SqliteError} if the file cannot be written. Then the log stays beside it, with all its content.
 */
export function endRun({
  writer,
  reader,
  mark,
}: {
  writer: Writer;
  /** A read-only connection: such a connection leaves the log in place, even if it is the last to close. */
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
    // Another process has the file and its log open. Or the file was moved, and the mark no longer describes it.
    if (isLocked(error) || error instanceof DatabaseMovedError) return;
    // On a full disk there is room in the log after a checkpoint.
    writer.discard();
    writer.checkpoint();
    writer.executeNow("update history set closed = 1");
  }
}
