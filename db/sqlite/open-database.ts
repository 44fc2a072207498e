import { resolve } from "node:path";
import type { Database } from "./database.ts";
import { GroupCommit } from "./group-commit.ts";
import { removeAbandonedOf } from "./copies/abandoned-copies.ts";
import { closeAtExit } from "./close-at-exit.ts";
import { toDatabaseFileError } from "./database-file-error.ts";
import { endRun } from "./end-run.ts";
import { FilePlace } from "./file-place.ts";
import { FileWatch } from "./file-watch.ts";
import { warnOfLeftLog } from "./left-log.ts";
import { prepareFile } from "./prepare-file.ts";
import { probe } from "./probe.ts";
import { Purger } from "./purger.ts";
import { renewOverwritten } from "./renew-overwritten.ts";
import { ServedMark } from "./served-mark.ts";
import type { OpenOptions } from "./take-over.ts";
import { takeOver } from "./take-over.ts";
import { explainNewEpoch } from "./why-new-epoch.ts";
import { SqliteStatements } from "./sqlite-statements.ts";
import { hasUnpurged } from "../statements/purge.ts";
import { Writer } from "./writer.ts";

export type { OpenOptions };

/**
 * The time for which a statement waits for another process's write lock before it fails with SQLITE_BUSY, in
 * milliseconds.
 */
const busyTimeoutMs = 5000;

/**
 * Opens the database, migrates its tables and adopts a file that the original backend wrote.
 *
 * @throws {DatabaseFileError} if the file cannot be used.
 * @throws {NewerDatabaseError} if a newer version wrote it.
 * @throws {ForeignDatabaseError} if its tables are not the original backend's.
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
  const { file, synchronous, warn } = options;
  const { run, readerFile } = await takeOver(options);
  removeAbandonedOf(file);
  const reader = new SqliteStatements(readerFile);
  const place = new FilePlace(file);
  const writer = new Writer({ file, synchronous, busyTimeoutMs }, place);
  const mark = new ServedMark({ file, run, reader: readerFile }, () => {
    void write((trx) => trx.builder.updateTable("history").set({ closed: 0 }).execute()).catch(
      () => undefined,
    );
  });
  const groups = new GroupCommit(writer, () => mark.noteCommit());
  const write = groups.write.bind(groups);
  const watch = new FileWatch(place, writer, async () => {
    const served = mark.served;
    const isRenewed = await write(() => Promise.resolve(renewOverwritten(writer.connection.file, served)));
    if (isRenewed) warn?.(explainNewEpoch(resolve(file), "overwritten"));
  });
  place.onChange((refusal) => refusal && writer.saveLog());
  const purger = new Purger(groups);
  if (await hasUnpurged(reader)) purger.start();
  const stayOpen = closeAtExit(() => {
    writer.discard();
    readerFile.close();
  });
  return {
    read: reader,
    write,
    probe: () => probe({ read: reader, write }),
    onRefusal: (listener) => place.onChange(listener),
    onOthersCommit: (listener) => watch.onOthersCommit(listener),
    purge: () => purger.start(),
    async close() {
      watch.stop();
      await purger.stop();
      await groups.idle();
      stayOpen();
      endRun({ writer, reader: readerFile, mark });
      await reader.close();
      warnOfLeftLog(file, warn);
    },
  };
}
