import SqliteFile from "better-sqlite3";

/**
 * Closes a connection of a run that continues, or that has not marked the file as closed. The last connection that
 * closes checkpoints the log and removes it, and a file that is not marked as closed counts as damaged without its log.
 * A read-only connection does not remove the log: one stays open until `connection` is closed.
 */
export function closeKeepingLog(connection: SqliteFile.Database, file: string): void {
  const guard = openGuard(file);
  try {
    connection.close();
  } catch {
    // Uncommitted writes are lost with the connection, and their writers get an error.
  }
  guard?.close();
}

function openGuard(file: string): SqliteFile.Database | undefined {
  let guard: SqliteFile.Database | undefined;
  try {
    guard = new SqliteFile(file, { readonly: true });
    // A connection has the file open only after its first read.
    guard.prepare("select count(*) from sqlite_master").get();
    return guard;
  } catch {
    guard?.close();
    return undefined;
  }
}
