import SqliteFile from "better-sqlite3";
import { checkFile } from "../../db/sqlite/check-file.ts";
import type { StoredMessage, StoredSession } from "./history.ts";

/** The content of the database file. Another process may have it open. */
export function readStored(file: string): { epoch: string; stored: StoredSession[] } {
  const database = new SqliteFile(file, { readonly: true });
  try {
    return database.transaction(() => {
      const epoch = database.prepare("select epoch from history").pluck().get() as string;
      const sessions = database
        .prepare("select id, title, seq, start_seq, list_seq, deleted, purge_id from chatsession")
        .all() as (Omit<StoredSession, "messages"> & { purge_id: number | null })[];
      const messages = database.prepare(
        `select id, content, key, seq, deleted, status, complete_id from message
         where session_id = @id and (id > @purge_id or @purge_id is null) order by id`,
      );
      const stored = sessions.map(({ purge_id, ...session }) => ({
        ...session,
        // Rows that wait for removal with their session count as removed.
        messages: messages.all({ id: session.id, purge_id }) as StoredMessage[],
      }));
      return { epoch, stored };
    })();
  } finally {
    database.close();
  }
}

/** The number of replies that are streaming. */
export function countOpenReplies(file: string): number {
  const database = new SqliteFile(file, { readonly: true });
  try {
    return database.prepare<[], number>("select count(*) from reply").pluck().get() ?? 0;
  } finally {
    database.close();
  }
}

/** The rules that the file breaks, as `ai-desk check` reports them. */
export async function findFileFaults(file: string): Promise<string[]> {
  const { faults } = await checkFile(file);
  return faults.map(({ rule, sentence }) => `the file breaks ${rule}: ${sentence}`);
}
