import { resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import type { DatabaseMovedError } from "./database-errors.ts";
import { GroupCommit } from "./group-commit.ts";
import type { MadeMigration } from "./migrate.ts";
import { migrate } from "./migrate.ts";
import { toDatabaseFileError } from "./sqlite/database-file-error.ts";
import { FilePlace } from "./sqlite/file-place.ts";
import { FileWatch } from "./sqlite/file-watch.ts";
import { warnOfLeftLog } from "./sqlite/left-log.ts";
import { copyBeforeMigration } from "./sqlite/migration-copy.ts";
import { prepareFile } from "./sqlite/prepare-file.ts";
import { probe } from "./sqlite/probe.ts";
import { waitWhileLocked } from "./sqlite/wait-while-locked.ts";
import { SqliteMigrationDialect } from "./sqlite-dialect.ts";
import { SqliteStatements } from "./sqlite-statements.ts";
import { withStatementCache } from "./statement-cache.ts";
import type { Tables } from "./tables.ts";
import { openForWriting, Writer } from "./writer.ts";

/** What a statement runs on: the reading side of a database, or the transaction of a write unit. */
export type Executor = Kysely<Tables>;

export type Database = {
  /** Reads see every write that was acknowledged before they began. */
  readonly read: Executor;
  /**
   * Runs `unit` and resolves once what it did is committed and on disk (see {@link OpenOptions.synchronous}). Units run
   * one after the other; those that arrive together share a commit. What the unit throws undoes all it did, and rejects.
   */
  write<T>(unit: (trx: Executor) => Promise<T>): Promise<T>;
  /**
   * Tries whether it can be read and written now, at the cost of one small commit.
   *
   * @throws what is in the way
   */
  probe(): Promise<void>;
  /**
   * Calls `listener` when writes begin to be refused, because the paths do not name the open files any more, with the
   * reason; and without one when they are taken again.
   */
  onRefusal(listener: (refusal: DatabaseMovedError | undefined) => void): void;
  /** Calls `listener` within 250 ms after another process has committed. It may be called when none has. */
  onOthersCommit(listener: () => void): void;
  /** Checkpoints the write-ahead log into the file and closes it. */
  close(): Promise<void>;
};

export type OpenOptions = {
  /** The SQLite file. It and its folder are made if they are missing. */
  file: string;
  /** `full` syncs at every commit; `normal` may lose the last commits when the power fails, but never corrupts. */
  synchronous: "full" | "normal";
  /** Whether a file is copied before it is migrated (see `db/sqlite/migration-copy.ts`). By default it is not. */
  copiesBeforeMigration?: boolean;
  /** Is told, in sentences, what is odd about the file and does not keep it from being opened. */
  warn?: (message: string) => void;
  /** Ends the waiting for another process's lock, and the copying. */
  signal?: AbortSignal;
  /** Is told of each migration that the file lacked, once all of them are in it. */
  onMigrated?: (migration: MadeMigration) => void;
};

/** How long a statement waits for another process's write lock before it fails with SQLITE_BUSY. */
const BUSY_TIMEOUT_MS = 5000;
/** The same while starting: another process may be taking over a large file of the original backend. */
const STARTING_BUSY_TIMEOUT_MS = 60_000;

/**
 * Opens the database, brings its tables up to date and takes over one that the original backend wrote.
 *
 * @throws {DatabaseFileError} when the file cannot be used.
 * @throws {NewerDatabaseError} when a newer version wrote it.
 * @throws {ForeignDatabaseError} when its tables are not ones that the original backend made.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  try {
    prepareFile(options.file);
    return await open(options);
  } catch (error) {
    throw toDatabaseFileError(error, options.file);
  }
}

async function open(options: OpenOptions): Promise<Database> {
  const { file, synchronous, warn, signal } = options;
  await waitWhileLocked(() => bringUpToDate(options), {
    timeoutMs: STARTING_BUSY_TIMEOUT_MS,
    signal,
    onWait: () =>
      warn?.(
        `Another process has ${resolve(file)} locked, which DATABASE_URL names: the start waits for it, ` +
          `${STARTING_BUSY_TIMEOUT_MS / 1000} s at most.`,
      ),
  });
  const readerFile = new SqliteFile(file, { timeout: BUSY_TIMEOUT_MS, readonly: true });
  const reader = new SqliteStatements(readerFile);
  // Whoever closes a file last checkpoints it and takes its shared memory away: a writer that is replaced since the disk
  // is full must not be the last, or nothing could be read until there is room again.
  readerFile.prepare("select 1 from history").get();
  const place = new FilePlace(file);
  const writer = new Writer({ file, synchronous, busyTimeoutMs: BUSY_TIMEOUT_MS }, place);
  const groups = new GroupCommit(writer);
  const watch = new FileWatch(place, writer);
  place.onChange((refusal) => refusal && writer.saveLog());
  const write = groups.write.bind(groups);
  return {
    read: reader,
    write,
    probe: () => probe({ read: reader, write }),
    onRefusal: (listener) => place.onChange(listener),
    onOthersCommit: (listener) => watch.onOthersCommit(listener),
    async close() {
      watch.stop();
      await groups.idle();
      await reader.destroy();
      readerFile.close();
      writer.close();
      warnOfLeftLog(file, warn);
    },
  };
}

async function bringUpToDate({
  file: path,
  synchronous,
  copiesBeforeMigration = false,
  onMigrated,
  signal,
}: OpenOptions): Promise<void> {
  const file = openForWriting({ file: path, synchronous, busyTimeoutMs: 0 });
  try {
    const dialect = new SqliteMigrationDialect({ database: withStatementCache(file) }, 0);
    const made = await migrate(new Kysely<Tables>({ dialect }), undefined, async (missing) => {
      if (copiesBeforeMigration) await copyBeforeMigration(path, { missing, signal });
    });
    for (const migration of made) onMigrated?.(migration);
    // Only now: the mode is written into the file, and one that was refused must stay as it was.
    file.pragma("journal_mode = WAL");
  } finally {
    file.close();
  }
}
