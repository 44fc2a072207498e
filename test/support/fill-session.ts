import SqliteFile from "better-sqlite3";

/** Stores this many messages of a new session at once, directly in the database. */
export function fillSession(
  file: string,
  sessionId: string,
  { count, content }: { count: number; content: string },
): void {
  const database = new SqliteFile(file);
  database
    .prepare(
      `with recursive counter (n) as (select 1 union all select n + 1 from counter where n < @count)
       insert into message (session_id, content, sender, timestamp, seq)
       select @sessionId, @content, 'user', '', n from counter`,
    )
    .run({ sessionId, count, content });
  database.prepare("update chatsession set seq = ? where id = ?").run(count, sessionId);
  database.close();
}
