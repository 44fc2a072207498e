import SqliteFile from "better-sqlite3";

/**
 * Closes a connection of a run that goes on, or that has not said in the file that it ends. The last connection to be
 * closed takes the log in and removes it, and a file that is not marked as closed counts as damaged without its log. One
 * that only reads does not, if it is the last.
 */
export function closeKeepingLog(connection: SqliteFile.Database, file: string): void {
  const guard = openGuard(file);
  try {
    connection.close();
  } catch {
    // Its uncommitted writes are lost with it, and their writers are told so.
  }
  guard?.close();
}

function openGuard(file: string): SqliteFile.Database | undefined {
  let guard: SqliteFile.Database | undefined;
  try {
    guard = new SqliteFile(file, { readonly: true });
    // It has the file only once it has read from it.
    guard.prepare("select count(*) from sqlite_master").get();
    return guard;
  } catch {
    guard?.close();
    return undefined;
  }
}
