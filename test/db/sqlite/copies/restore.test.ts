import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../db/sqlite/open-database.ts";
import { backUp } from "../../../../db/sqlite/copies/backup.ts";
import { checkFile } from "../../../../db/sqlite/check-file.ts";
import { FileError } from "../../../../db/sqlite/file-error.ts";
import { readMark, writeMark } from "../../../../db/sqlite/mark-beside.ts";
import { restore } from "../../../../db/sqlite/copies/restore.ts";
import { makeTemporaryFolder } from "../../../support/temporary-folder.ts";
import { damagePage } from "../../damaged-file.ts";
import {
  digest,
  leaveAsKilled,
  newDatabasePath,
  olderFile,
  open,
  originalWithMessages,
  query,
  writeFile,
} from "../../database-file.ts";
import { fillFile } from "../../filled-file.ts";

const now = new Date("2025-11-30T23:59:58.000Z");
const stamp = ".replaced-20251130-235958";

/** A filled file that no process has open. */
async function closedFile(file = newDatabasePath()): Promise<string> {
  const database = await openDatabase({ file, synchronous: "normal" });
  await fillFile(database);
  await database.close();
  return file;
}

let backup: Buffer;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-test-"));
  try {
    const to = join(folder, "backup.db");
    await backUp({ file: await closedFile(join(folder, "ai_desk.db")), to, force: false });
    backup = readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function newBackup(): string {
  const path = join(makeTemporaryFolder(), "backup.db");
  writeFileSync(path, backup);
  return path;
}

const epochOf = (file: string): unknown => query(file, "select epoch from history")[0];
const filesBeside = (path: string): string[] => readdirSync(dirname(path)).toSorted();

test("a restored database is the backup in a new epoch, and what was there is kept under the name that is said [RESTORE-1]", async () => {
  const from = newBackup();
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "normal" })).close();
  const old = epochOf(file);
  const restored = await restore({ from, file, now });
  expect(restored).toMatchObject({ sessions: 2, messages: 4, replaced: `${file}${stamp}` });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect((await checkFile(file)).faults).toEqual([]);
  expect(epochOf(file)).not.toEqual(epochOf(from));
  expect(epochOf(`${file}${stamp}`)).toEqual(old);
  expect(filesBeside(file).filter((name) => !name.startsWith(`${basename(file)}${stamp}`))).toEqual([
    basename(file),
  ]);
  const second = await restore({ from, file, now });
  expect(second.replaced).toBe(`${file}${stamp}-2`);
});

test("a backup is restored where no database is, in a folder that does not exist yet [RESTORE-1]", async () => {
  const from = newBackup();
  const file = join(makeTemporaryFolder(), "data", "ai_desk.db");
  expect((await restore({ from, file, now })).replaced).toBeUndefined();
  expect(filesBeside(file)).toEqual(["ai_desk.db"]);
  const database = await open(file);
  expect(
    await database.read.builder.selectFrom("chatsession").select("id").where("deleted", "=", 0).execute(),
  ).toHaveLength(2);
});

test("the log that a killed server left goes with the database that it belongs to [RESTORE-2]", async () => {
  const live = newDatabasePath();
  await fillFile(await open(live, "normal"));
  const file = leaveAsKilled(live);
  await restore({ from: newBackup(), file, now });
  expect(existsSync(`${file}-wal`)).toBe(false);
  expect(existsSync(`${file}-shm`)).toBe(false);
  expect(query(`${file}${stamp}`, "select count(*) as count from message")).toEqual([{ count: 5 }]);
  expect(existsSync(`${file}${stamp}-wal`)).toBe(false);
});

test("a log that was left where no database is any more is kept, and not replayed over the backup [RESTORE-2]", async () => {
  const live = newDatabasePath();
  await fillFile(await open(live, "normal"));
  const file = newDatabasePath();
  copyFileSync(`${live}-wal`, `${file}-wal`);
  const log = digest(`${file}-wal`);
  expect((await restore({ from: newBackup(), file, now })).replaced).toBe(`${file}${stamp}`);
  expect(digest(`${file}${stamp}-wal`)).toBe(log);
  expect(existsSync(`${file}-wal`)).toBe(false);
  expect((await checkFile(file)).faults).toEqual([]);
});

test.each([
  ["a text", "This was a database once, and somebody has saved a letter over it."],
  ["nothing", ""],
])(
  "a database that has become %s is put away with its log, byte for byte [RESTORE-2]",
  async (_, content) => {
    const file = newDatabasePath();
    writeFileSync(file, content);
    writeFileSync(`${file}-wal`, "its log");
    await restore({ from: newBackup(), file, now });
    expect(readFileSync(`${file}${stamp}`, "utf8")).toBe(content);
    expect(readFileSync(`${file}${stamp}-wal`, "utf8")).toBe("its log");
    expect((await checkFile(file)).faults).toEqual([]);
    expect(existsSync(`${file}-wal`)).toBe(false);
  },
);

test("a damaged database is put away, and the log that could not be taken into it too [RESTORE-2]", async () => {
  const file = await closedFile();
  damagePage(file, "message_log");
  const damaged = digest(file);
  await restore({ from: newBackup(), file, now });
  expect((await checkFile(`${file}${stamp}`)).faults.map(({ rule }) => rule)).toEqual(["INTEGRITY"]);
  expect((await checkFile(file)).faults).toEqual([]);

  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(80, 0x5a), 0, 80, 20);
  closeSync(handle);
  const headless = digest(file);
  expect(headless).not.toBe(damaged);
  const { replaced = "" } = await restore({ from: newBackup(), file, now });
  expect(digest(replaced)).toBe(headless);
  expect((await checkFile(file)).faults).toEqual([]);
});

test("the mark of the database that was there goes with it, and no id that it gave to a message is given again [RESTORE-1]", async () => {
  const file = await closedFile();
  writeMark(file, { runs: ["a run"], listSeq: 40, messageId: 40, isSettled: false });
  await restore({ from: newBackup(), file, now });
  expect(readMark(file)).toBeUndefined();
  expect(readMark(`${file}${stamp}`)).toMatchObject({ messageId: 40 });
  expect(query(file, "select seq from sqlite_sequence where name = 'message'")).toEqual([{ seq: 40 }]);
  writeFile("update sqlite_sequence set seq = 90 where name = 'message'", file);
  await restore({ from: newBackup(), file, now });
  expect(query(file, "select seq from sqlite_sequence where name = 'message'")).toEqual([{ seq: 90 }]);
});

test.skipIf(process.getuid?.() !== 0)(
  "what root restores belongs to the user that the database belonged to, or else its folder",
  async () => {
    const file = await closedFile();
    chownSync(file, 12_345, 12_346);
    await restore({ from: newBackup(), file, now });
    expect(statSync(file)).toMatchObject({ uid: 12_345, gid: 12_346 });
    const missing = newDatabasePath();
    chownSync(dirname(missing), 12_347, 12_348);
    await restore({ from: newBackup(), file: missing, now });
    expect(statSync(missing)).toMatchObject({ uid: 12_347, gid: 12_348 });
  },
);

test("what is restored has the mode of the database that it replaces, and without one is for its user alone [RESTORE-2] [START-3]", async () => {
  for (const mode of [0o600, 0o660, 0o664]) {
    const file = await closedFile();
    chmodSync(file, mode);
    const { replaced = "" } = await restore({ from: newBackup(), file, now });
    expect([statSync(file).mode & 0o777, statSync(replaced).mode & 0o777]).toEqual([mode, mode]);
  }
  const missing = newDatabasePath();
  await restore({ from: newBackup(), file: missing, now });
  expect(statSync(missing).mode & 0o777).toBe(0o600);
});

test("a link to the database stays one: what it leads to is replaced", async () => {
  const file = await closedFile();
  const link = join(makeTemporaryFolder(), "link.db");
  symlinkSync(file, link);
  expect((await restore({ from: newBackup(), file: link, now })).replaced).toBe(`${file}${stamp}`);
  expect(epochOf(link)).toEqual(epochOf(file));
});

/** Another process that has the file open, has read it once, and then does what `pause` says. */
async function openElsewhere(
  file: string,
  { readonly, pause }: { readonly: boolean; pause: "idle" | "frozen" },
) {
  const program = `
    import SqliteFile from "better-sqlite3";
    const database = new SqliteFile(${JSON.stringify(file)}, { readonly: ${readonly} });
    database.prepare("select count(*) from sqlite_master").get();
    process.stdout.write("open");
    process.stdin.resume();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    cwd: import.meta.dirname,
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  if (pause === "frozen") child.kill("SIGSTOP");
  return child;
}

const openings = [
  { pause: "idle", readonly: false, journal: "wal" },
  { pause: "frozen", readonly: true, journal: "wal" },
  { pause: "idle", readonly: true, journal: "delete" },
] as const;
// A program that reads a file without a log now and then holds no lock between: elsewhere nothing tells of it.
const noticed = openings.filter(({ journal }) => journal === "wal" || process.platform === "linux");

test.each(noticed)(
  "while another process has the file open ($pause, readonly: $readonly, journal: $journal) nothing is restored [RESTORE-3]",
  async ({ pause, readonly, journal }) => {
    const file = await closedFile();
    if (journal === "delete") writeFile("pragma journal_mode = delete", file);
    const child = await openElsewhere(file, { readonly, pause });
    const from = newBackup();
    const before = [filesBeside(file), digest(file)];
    const restoring = restore({ from, file, now });
    await expect(restoring).rejects.toThrow(FileError);
    await expect(restoring).rejects.toThrow(/is in use by (?:process|another program)/);
    expect([filesBeside(file), digest(file)]).toEqual(before);
    child.kill("SIGKILL");
    await once(child, "exit");
    await restore({ from, file, now });
  },
);

test("what cannot be restored is refused with a sentence, and the database stays as it is", async () => {
  const file = await closedFile();
  const folder = makeTemporaryFolder();
  const text = join(folder, "notes.txt");
  writeFileSync(text, "Remember the milk, and everything else that is on the list.");
  const newer = newBackup();
  writeFile("insert into kysely_migration values ('9999-later', '')", newer);
  const damaged = newBackup();
  writeFile("delete from history", damaged);
  const same = join(dirname(file), "same.db");
  linkSync(file, same);
  const before = [filesBeside(file), digest(file)];
  const refused = (from: string, sentence: string | RegExp): Promise<void> =>
    expect(restore({ from, file, now }), from).rejects.toThrow(sentence);
  await refused(join(folder, "none.db"), /^There is no file .* Name a backup\./);
  await refused(folder, "is a folder.");
  await refused(text, "is not an SQLite file.");
  await refused(
    writeFile("create table notes (text)"),
    /another program's database: .* Name another file\.$/,
  );
  await refused(newer, /A newer version of AI Desk .* Use the newer version, or name another file\.$/);
  await refused(damaged, /history must hold one name/);
  await refused(file, "is the database itself");
  await refused(same, "is the database itself");
  expect([filesBeside(file), digest(file)]).toEqual(before);
  mkdirSync(join(folder, "a folder"));
  const restoring = restore({ from: newBackup(), file: join(folder, "a folder"), now });
  await expect(restoring).rejects.toThrow("a folder is a folder. DATABASE_URL must name a file.");
});

test("a backup of an older version and one of the original backend are restored, and brought up to date by the next start [RESTORE-1]", async () => {
  const older = await olderFile(2);
  const epoch = epochOf(older);
  for (const from of [older, writeFile(originalWithMessages(20))]) {
    const file = await closedFile();
    await restore({ from, file, now });
    await (await openDatabase({ file, synchronous: "normal" })).close();
    expect(await checkFile(file)).toMatchObject({ kind: { is: "ours" }, faults: [] });
    expect(epochOf(file)).not.toEqual(epoch);
  }
});
