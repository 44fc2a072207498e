import { existsSync, statSync } from "node:fs";
import { setPriority } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import SqliteFile from "better-sqlite3";
import { countLiving } from "../check-file.ts";
import type { CopiedFile, CopyOrder, CopyReport } from "./copy-order.ts";
import { removeDatabase } from "../durable-files.ts";
import { endWithParent } from "../end-with-parent.ts";
import { FileError, toFileError } from "../file-error.ts";
import { giveNewEpoch, markAsCopy } from "../file-identity.ts";
import { recognise } from "../file-kind.ts";
import { findDamagedPages, findFaults } from "../find-faults.ts";
import { openUnchanged } from "../open-unchanged.ts";

// The program of a separate process: copying is one long SQLite call, which would block the server.
const order = JSON.parse(process.argv[2] ?? "") as CopyOrder;

process.on("disconnect", abandon);
setPriority(10);
await endWithParent(order.by, order.to);

try {
  report({ step: "done", copied: await copy(order) });
} catch (error) {
  const to = order.to.replace(/\.partial-\d+$/, "");
  report({ step: "failed", message: toFileError(error, `copy ${order.from} to ${to}`, order.from).message });
}

/** Without the ordering process the copy has no use. */
function abandon(): void {
  removeDatabase(order.to);
  process.exit(1);
}

function report(message: CopyReport): void {
  // This process may notice the end of the other process here first.
  if (!process.connected) abandon();
  process.send?.(message, (error: Error | null) => error && abandon());
}

async function copy({ from, to, purpose, replacedMessageId }: CopyOrder): Promise<CopiedFile> {
  await copyRows(order);
  // No check: an older version needs the file as it was, faults included.
  if (purpose === "migration") return { bytes: statSync(to).size, sessions: 0, messages: 0, faults: [] };
  // Gives this process a chance to notice a lost connection to the other process.
  await nextTurn();
  report({ step: "checking" });
  const database = new SqliteFile(to, { fileMustExist: true });
  try {
    // The other process syncs the file once it is complete.
    database.pragma("journal_mode = memory");
    database.pragma("synchronous = off");
    const kind = await recognise(database);
    const isReadable = kind.is === "ours" || kind.is === "older";
    const faults = isReadable ? await findFaults(database, kind.migrations) : findDamagedPages(database);
    const unusable = faults.filter(({ isUnusable }) => isUnusable);
    if (unusable.length > 0) throw new FileError(`${from} cannot be copied: ${unusable[0]?.sentence}`);
    if (isReadable && purpose === "restored") giveNewEpoch(database, { messageId: replacedMessageId });
    if (isReadable && purpose === "backup") markAsCopy(database);
    return {
      bytes: statSync(to).size,
      ...(isReadable ? countLiving(database) : { sessions: 0, messages: 0 }),
      faults: faults.map(({ sentence }) => sentence),
    };
  } finally {
    database.close();
  }
}

async function copyRows({ from, to, purpose }: CopyOrder): Promise<void> {
  const source = openUnchanged(from);
  try {
    if (purpose !== "migration") await refuseStranger(source, from);
    source.prepare("vacuum into ?").run(to);
    if (existsSync(`${from}-wal`)) takeLogIn(from);
  } finally {
    source.close();
  }
}

/**
 * The log could not be checkpointed while the copy was made. Doing it here does not block a server, which would
 * otherwise do it with its next commit.
 */
function takeLogIn(file: string): void {
  try {
    const writer = new SqliteFile(file, { fileMustExist: true, timeout: 0 });
    writer.pragma("wal_checkpoint(PASSIVE)");
    writer.close();
  } catch {
    // A user with read permission alone cannot checkpoint. The copy is valid without it.
  }
}

async function refuseStranger(source: SqliteFile.Database, from: string): Promise<void> {
  const kind = await recognise(source);
  if (kind.is === "ours" || kind.is === "older" || kind.is === "original") return;
  throw new FileError(`${from} is not taken. ${kind.sentence}`);
}
