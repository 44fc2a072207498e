import SqliteFile from "better-sqlite3";

/** Opens a database. @returns a function that inserts a message, on disk when it returns */
export function openStore(): (...values: string[]) => void {
  const database = new SqliteFile(process.env["DATABASE_FILE"]);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = full");
  database.exec(
    "create table message (id integer primary key, session_id text, content text, sender text, timestamp text)",
  );
  const insert = database.prepare(
    "insert into message (session_id, content, sender, timestamp) values (?, ?, ?, ?)",
  );
  return (...values) => void insert.run(...values);
}
