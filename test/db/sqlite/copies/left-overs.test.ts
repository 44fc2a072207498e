import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, copyFileSync, existsSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { backUp } from "../../../../db/sqlite/copies/backup.ts";
import { markPathOf, readMark } from "../../../../db/sqlite/mark-beside.ts";
import { makeTemporaryFolder } from "../../../support/temporary-folder.ts";
import { originalWithMessages, writeFile } from "../../database-file.ts";
import { ServedFile } from "../served-file.ts";

const elsewhere = (): string => join(makeTemporaryFolder(), "aside.db");

async function serve(messages: number): Promise<{ file: ServedFile; epoch: string }> {
  const file = new ServedFile();
  const epoch = await file.start();
  await file.send(messages);
  return { file, epoch };
}

async function backup({ path }: ServedFile): Promise<string> {
  const to = elsewhere();
  await backUp({ file: path, to, force: false });
  return to;
}

/** The paths that warnings name for what was put aside. */
function asideOf({ warnings }: ServedFile): string[] {
  return warnings.flatMap((warning) => [...warning.matchAll(/is now (\S+)\./g)].map(([, path = ""]) => path));
}

/** The log of a server of another file, as a kill leaves it. */
async function killedLog(): Promise<string> {
  const other = await serve(30);
  other.file.openElsewhere((database) => database.exec("update chatsession set created_at = '2001-02-03'"));
  return `${other.file.kill().path}-wal`;
}

test("a backup that is copied over a killed server's file is not damaged by the log that is left [FILE-4] [FILE-5]", async () => {
  for (const hasMark of [true, false]) {
    const { file, epoch } = await serve(3);
    const copy = await backup(file);
    await file.send(40);
    const killed = file.kill();
    copyFileSync(copy, killed.path);
    if (!hasMark) killed.remove("-mark");
    expect(await killed.start()).not.toBe(epoch);
    await killed.stop();
    expect(killed.warnings).toEqual([expect.stringMatching(/is a backup.*write-ahead log.*new epoch/)]);
    expect(asideOf(killed).map((path) => existsSync(path))).toEqual([true]);
    expect(killed.countMessages()).toBe(3);
  }
});

test("the log of a server that takes over between the readings of another start stays beside its file [FILE-4]", async () => {
  const { file } = await serve(3);
  const killed = file.kill();
  const readBefore = readMark(killed.path);
  await killed.start();
  await killed.send(2);
  const leftOvers = resolve("db/sqlite/copies/left-overs.ts");
  // Another process, since SQLite answers otherwise to a second connection of the same one.
  const start = `import { putLeftOversAside } from ${JSON.stringify(leftOvers)};
    console.log(JSON.stringify(putLeftOversAside(...JSON.parse(process.argv[1]))));`;
  const args = ["--input-type=module", "-e", start, JSON.stringify([killed.path, readBefore])];
  expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe("[]\n");
  expect(killed.kill().countMessages()).toBe(5);
});

test("what is served from a backup is kept after a kill [FILE-5]", async () => {
  const { file } = await serve(3);
  const copied = new ServedFile(await backup(file));
  const epoch = await copied.start();
  await copied.send(5);
  const killed = copied.kill();
  expect(await killed.start()).toBe(epoch);
  await killed.stop();
  expect([killed.warnings, killed.countMessages()]).toEqual([[], 8]);
});

test("another file's log beside a file that was closed is put aside, and the epoch stays [FILE-4]", async () => {
  for (const hasMark of [true, false]) {
    const { file, epoch } = await serve(3);
    await file.stop();
    if (!hasMark) file.remove("-mark");
    copyFileSync(await killedLog(), `${file.path}-wal`);
    expect(await file.start()).toBe(epoch);
    await file.stop();
    expect(file.warnings).toEqual([
      expect.stringMatching(/write-ahead log beside it belonged to another file/),
    ]);
    expect(asideOf(file).map((path) => existsSync(path))).toEqual([true]);
    expect(file.countMessages()).toBe(3);
  }
});

test("an earlier log of the same file is put aside once the file was closed [FILE-4]", async () => {
  const { file, epoch } = await serve(3);
  const early = file.kill();
  await file.send(3);
  await file.stop();
  await file.start();
  await file.stop();
  copyFileSync(`${early.path}-wal`, `${file.path}-wal`);
  expect(await file.start()).toBe(epoch);
  await file.stop();
  expect(asideOf(file).length).toBe(1);
  expect(file.countMessages()).toBe(6);
});

test("the log of a tool that was killed after the server had stopped is taken in [FILE-1] [FILE-4]", async () => {
  const { file, epoch } = await serve(3);
  await file.stop();
  const tool = new SqliteFile(file.path);
  tool.exec(
    "insert into message (session_id, content, sender, timestamp, seq) values ('s', 'tool', 'user', '', 9)",
  );
  const killed = file.kill();
  tool.close();
  expect(await killed.start()).toBe(epoch);
  await killed.stop();
  expect([killed.warnings, killed.countMessages()]).toEqual([[], 4]);
});

/** Leaves the original's file with the rollback journal of a process that was killed in a transaction. */
async function leaveHotJournal(path: string): Promise<void> {
  writeFile(originalWithMessages(3000), path);
  const script = `
    const database = new (require("better-sqlite3"))(process.argv[1]);
    database.pragma("cache_size = 5");
    database.exec("begin; update message set content = content || hex(randomblob(500))");
    console.log("written");
    setInterval(() => {}, 1000);`;
  const writer = spawn(process.execPath, ["-e", script, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(writer.stdout, "data");
  writer.kill("SIGKILL");
  await once(writer, "close");
}

test("a journal of the file before is put aside, beside a backup and beside a file that was served [FILE-4]", async () => {
  const { file } = await serve(3);
  const copy = await backup(file);
  await file.stop();
  for (const from of [copy, file.path]) {
    const path = elsewhere();
    await leaveHotJournal(path);
    copyFileSync(from, path);
    const placed = new ServedFile(path);
    await placed.start();
    await placed.stop();
    expect(placed.warnings).toEqual([
      expect.stringMatching(/rollback journal beside it belonged to another/),
    ]);
    expect(asideOf(placed).map((each) => existsSync(each))).toEqual([true]);
    expect(placed.countMessages()).toBe(3);
  }
});

test("the journal of a file of the original backend is rolled back [FILE-4]", async () => {
  const path = elsewhere();
  await leaveHotJournal(path);
  const file = new ServedFile(path);
  await file.start();
  await file.stop();
  expect([file.warnings, file.countMessages()]).toEqual([[], 3000]);
});

test("a log that is lost after a kill is said to be missing [FILE-3] [FILE-6]", async () => {
  const { file, epoch } = await serve(3);
  await expect.poll(() => file.isSettled()).toBe(true);
  await file.send(1);
  await expect.poll(() => file.isSettled()).toBe(true);
  const killed = file.kill();
  killed.remove("-wal");
  expect(await killed.start()).not.toBe(epoch);
  expect(killed.warnings).toEqual([expect.stringMatching(/its write-ahead log .*-wal is missing/)]);
});

test("nothing but a regular file is taken for a mark [FILE-6]", async () => {
  const { file, epoch } = await serve(3);
  await file.stop();
  file.remove("-mark");
  execFileSync("mkfifo", [markPathOf(file.path)]);
  expect(await file.start()).toBe(epoch);
  await file.stop();
  expect(file.warnings).toEqual([]);
});

test("looking at what is left leaves nothing behind [FILE-4]", async () => {
  const { file } = await serve(3);
  await file.stop();
  appendFileSync(`${file.path}-wal`, Buffer.alloc(4096));
  await file.start();
  await file.stop();
  const names = readdirSync(dirname(file.path)).filter((name) => /with/.test(name));
  expect(names).toEqual([]);
});
