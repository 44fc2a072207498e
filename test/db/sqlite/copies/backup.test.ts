import { linkSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { insertMessage } from "../../../../db/statements/message-queries.ts";
import { takeNextSeq } from "../../../../db/statements/session-queries.ts";
import { backUp } from "../../../../db/sqlite/copies/backup.ts";
import { checkFile } from "../../../../db/sqlite/check-file.ts";
import { FileError } from "../../../../db/sqlite/file-error.ts";
import { makeTemporaryFolder } from "../../../support/temporary-folder.ts";
import { damagePage } from "../../damaged-file.ts";
import {
  digest,
  leaveAsKilled,
  newDatabasePath,
  open,
  originalWithMessages,
  query,
  writeFile,
} from "../../database-file.ts";
import { fillFile } from "../../filled-file.ts";

/** A file that is open in this process, as a server has it. */
async function liveFile() {
  const file = newDatabasePath();
  const database = await open(file, "normal");
  await fillFile(database);
  const send = () =>
    database.write(async (trx) => {
      const { seq = 0 } = (await takeNextSeq(trx, "busy")) ?? {};
      const sent = { session_id: "busy", content: "x".repeat(2000), sender: "user", timestamp: "", seq };
      return (await insertMessage(trx, sent)).id;
    });
  return { file, send };
}

const targetOf = (): string => join(makeTemporaryFolder(), "copy.db");
const filesBeside = (path: string): string[] => readdirSync(dirname(path)).toSorted();

test("a backup made while a writer goes on is one moment of its history: what was acknowledged before, and nothing with a gap [BACKUP-1]", async () => {
  const { file, send } = await liveFile();
  for (let count = 0; count < 500; count += 1) await send();
  const acknowledged = await send();
  const to = targetOf();
  const done = new AbortController();
  const copying = backUp({ file, to, force: false }).finally(() => done.abort());
  let last = acknowledged;
  while (!done.signal.aborted) last = await send();
  const copied = await copying;
  const { faults, ...content } = await checkFile(to);
  expect(faults).toEqual([]);
  expect(content).toMatchObject({ sessions: copied.sessions, messages: copied.messages });
  const ids = query(to, "select id from message where session_id = 'busy' order by id") as { id: number }[];
  const newest = ids.at(-1)?.id ?? 0;
  expect(newest).toBeGreaterThanOrEqual(acknowledged);
  expect(newest).toBeLessThan(last);
  expect(ids.filter(({ id }) => id > 9)).toHaveLength(newest - 9);
});

test("a backup is one file, for its owner alone, and nothing is left beside it or beside the database [BACKUP-2]", async () => {
  const { file } = await liveFile();
  const before = filesBeside(file);
  const to = targetOf();
  const copied = await backUp({ file, to, force: false });
  expect(copied).toMatchObject({ sessions: 2, messages: 4, faults: [], bytes: statSync(to).size });
  expect(statSync(to).mode & 0o777).toBe(0o600);
  expect(filesBeside(to)).toEqual(["copy.db"]);
  expect(filesBeside(file)).toEqual(before);
});

test("a file of the original backend is copied as it is", async () => {
  const file = writeFile(originalWithMessages(20));
  const to = targetOf();
  await backUp({ file, to, force: false });
  expect((await checkFile(to)).kind.is).toBe("original");
  expect(query(to, "select * from message")).toEqual(query(file, "select * from message"));
});

test("a file that exists is replaced only where that is asked for, and not where another program has it [BACKUP-2]", async () => {
  const { file } = await liveFile();
  const to = targetOf();
  await backUp({ file, to, force: false });
  const first = digest(to);
  await expect(backUp({ file, to, force: false })).rejects.toThrow(`${to} exists already.`);
  expect(digest(to)).toBe(first);
  await backUp({ file, to, force: true });
  expect(filesBeside(to)).toEqual(["copy.db"]);

  const other = await liveFile();
  await expect(backUp({ file, to: other.file, force: true })).rejects.toThrow(/belongs to another database/);
});

test("a path that cannot be the copy's is refused with a sentence, and nothing is made", async () => {
  const { file } = await liveFile();
  const folder = makeTemporaryFolder();
  mkdirSync(join(folder, "folder"));
  const link = join(dirname(file), "link.db");
  linkSync(file, link);
  const before = filesBeside(file);
  const refused = async (to: string, sentence: string | RegExp): Promise<void> => {
    const backingUp = backUp({ file, to, force: true });
    await expect(backingUp, to).rejects.toThrow(FileError);
    await expect(backingUp, to).rejects.toThrow(sentence);
  };
  await refused(join(folder, "folder"), "is a folder. Name a file in it.");
  await refused(join(folder, "none", "copy.db"), "a folder or a file of that path does not exist.");
  await refused(file, "belongs to the database itself.");
  await refused(`${file}-wal`, "belongs to the database itself.");
  await refused(link, "belongs to the database itself.");
  await refused("/dev/null", "/dev/null is not a regular file.");
  expect(readdirSync(folder)).toEqual(["folder"]);
  expect(filesBeside(file)).toEqual(before);
});

test("a source that is no database of ours is refused with a sentence, and no copy is made", async () => {
  const to = targetOf();
  const refused = (file: string, sentence: string | RegExp): Promise<void> =>
    expect(backUp({ file, to, force: false })).rejects.toThrow(sentence);
  const text = join(makeTemporaryFolder(), "notes.txt");
  writeFileSync(text, "Remember the milk, and everything else that is on the list.");
  const damaged = newDatabasePath();
  await fillFile(await open(damaged));
  const copy = targetOf();
  await backUp({ file: damaged, to: copy, force: false });
  damagePage(copy, "message_log");

  await refused(newDatabasePath(), /^There is no file .* There is nothing to back up\./);
  await refused(text, `${text} is not an SQLite file.`);
  await refused(
    writeFile("create table notes (text)"),
    / is not taken\. .* the table "notes" .* Name another file\.$/,
  );
  await refused(copy, /damaged/);
  expect(readdirSync(dirname(to))).toEqual([]);
});

test("too little room is said before anything is copied [BACKUP-2]", async () => {
  const file = newDatabasePath();
  writeFile(originalWithMessages(10), file);
  truncateSync(file, 8e12);
  const to = targetOf();
  await expect(backUp({ file, to, force: false })).rejects.toThrow(
    /^Not enough room: a copy of .* needs up to/,
  );
  expect(readdirSync(dirname(to))).toEqual([]);
});

test("a backup that is stopped leaves nothing, and the next one removes what a killed one has left [BACKUP-2]", async () => {
  const { file } = await liveFile();
  const to = targetOf();
  const stop = new AbortController();
  const stopping = backUp({
    file,
    to,
    force: false,
    signal: stop.signal,
    onProgress: () => stop.abort(new FileError("Stopped.")),
  });
  await expect(stopping).rejects.toThrow("Stopped.");
  expect(filesBeside(to)).toEqual([]);

  // No process has this number: it is beyond the most that there can be.
  const left = `${to}.partial-99999999`;
  for (const end of ["", "-journal"]) writeFileSync(left + end, "");
  await backUp({ file, to, force: false });
  expect(filesBeside(to)).toEqual([basename(to)]);
});

test("a backup whose Node is gone, as while it is upgraded, names it and leaves nothing [BACKUP-2]", async () => {
  const { file } = await liveFile();
  const to = targetOf();
  const node = process.execPath;
  onTestFinished(() => void (process.execPath = node));
  process.execPath = join(makeTemporaryFolder(), "node");
  await expect(backUp({ file, to, force: false })).rejects.toThrow(
    `Cannot copy ${file} to ${to}: the system starts no process for it (ENOENT): let this user run ${process.execPath}.`,
  );
  expect(readdirSync(dirname(to))).toEqual([]);
});

test("the log that a killed server left is in the copy, and stays where it is [BACKUP-1]", async () => {
  const { file, send } = await liveFile();
  const id = await send();
  const killed = leaveAsKilled(file);
  const to = targetOf();
  await backUp({ file: killed, to, force: false });
  expect(query(to, "select max(id) as id from message")).toEqual([{ id }]);
  expect(statSync(`${killed}-wal`).size).toBe(statSync(`${file}-wal`).size);
});
