import type { Database } from "better-sqlite3";
import type { Mark } from "./mark-beside.ts";

/** The identity that a database file holds: the run that opened it last, and its last numbers. */
export type FileIdentity = {
  /** The run of the server that opened it last; empty before the first. */
  run: string;
  /** Whether that run has closed the file. */
  isClosed: boolean;
  /** Whether it is a backup that no server has opened yet. */
  isCopy: boolean;
  /** The last `seq` of the list of sessions and the number of all pieces of replies together: it rises with every commit. */
  listSeq: number;
  /** The last message id that was issued; 0 if none. */
  messageId: number;
};

const selectIdentity = (pieces: readonly string[]) => `
  select run, closed, copied,
    ${["ifnull((select max(list_seq) from chatsession), 0)", ...pieces].join(" + ")} as listSeq,
    (select seq from sqlite_sequence where name = 'message') as messageId
  from history`;

/** The counts of the pieces of replies, in the file's version. */
function countsOfPieces(database: Database): string[] {
  return [
    ...(hasColumn(database, "history", "pieces") ? ["pieces"] : []),
    ...(hasColumn(database, "reply", "pieces") ? ["ifnull((select sum(pieces) from reply), 0)"] : []),
  ];
}

/** @returns a function that reads the identity of the file that `database` has open */
export function prepareIdentity(database: Database): () => FileIdentity {
  const statement = database.prepare<
    [],
    { run: string; closed: 0 | 1; copied: 0 | 1; listSeq: number; messageId: number | null }
  >(selectIdentity(countsOfPieces(database)));
  return () => {
    const row = statement.get();
    if (!row) throw new Error("The file has no history: it is not AI Desk's.");
    const { run, closed, copied, listSeq, messageId } = row;
    return {
      run,
      isClosed: closed === 1,
      isCopy: copied === 1,
      listSeq,
      messageId: messageId ?? 0,
    };
  };
}

/** Marks a copy of a database file as a copy: the first server that opens it sets a new epoch. */
export function markAsCopy(copy: Database): void {
  // A copy for an older version, made before a migration, may lack the column.
  if (hasIdentity(copy)) copy.exec("update history set copied = 1");
}

/** Whether a file has the columns for its identity. A file of an older version does not. */
export function hasIdentity(database: Database): boolean {
  return hasColumn(database, "history", "run");
}

function hasColumn(database: Database, table: string, name: string): boolean {
  const columns = database.prepare<[string, string]>("select 1 from pragma_table_info(?) where name = ?");
  return columns.get(table, name) !== undefined;
}

/** More messages than can be stored between two writes of the mark. */
const idsPastMark = 10_000;

const forgetRun = ", run = '', closed = 1, copied = 0";

/**
 * Begins a new history in a file, which an older version may have made. Every earlier position gets a `reset`, and no
 * earlier message id is issued again.
 *
 * @param replaced the known state of the file that this file replaces, such as {@link readMark} of its path
 * @returns the new epoch
 */
export function giveNewEpoch(database: Database, replaced?: Pick<Mark, "messageId"> & Partial<Mark>): string {
  return database
    .transaction(() => {
      const epoch = database
        .prepare<[], string>(
          `update history set epoch = lower(hex(randomblob(8)))${hasIdentity(database) ? forgetRun : ""} returning epoch`,
        )
        .pluck()
        .get();
      if (epoch === undefined) throw new Error("The file has no history: it is not AI Desk's.");
      if (replaced) {
        const { messageId, isSettled = true } = replaced;
        skipMessageIds(database, isSettled ? messageId : messageId + idsPastMark);
      }
      return epoch;
    })
    .immediate();
}

/** SQLite issues no id that is at or below the one in its table of sequences. */
function skipMessageIds(database: Database, upTo: number): void {
  const raised = database
    .prepare("update sqlite_sequence set seq = max(seq, ?) where name = 'message'")
    .run(upTo);
  if (raised.changes === 0) {
    database.prepare("insert into sqlite_sequence (name, seq) values ('message', ?)").run(upTo);
  }
}

/** The last message id that the file has issued; 0 if none. */
export function readLastMessageId(database: Database): number {
  return (
    database.prepare<[], number>("select seq from sqlite_sequence where name = 'message'").pluck().get() ?? 0
  );
}
