import { mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { ServedFile } from "./served-file.ts";

/** A file that was served and stopped twice. */
async function serve(): Promise<{ file: ServedFile; epoch: string }> {
  const file = new ServedFile();
  const epoch = await file.start();
  await file.send(3);
  await file.stop();
  expect(await file.start()).toBe(epoch);
  await file.send(2);
  return { file, epoch };
}

/** Serves the file twice more. */
async function goOn(file: ServedFile) {
  const epochs = [await file.start()];
  await file.send(1);
  await file.stop();
  epochs.push(await file.start());
  await file.stop();
  return { epochs, warnings: file.warnings, messages: file.countMessages() };
}

/** The result of {@link goOn} for a file that keeps its epoch. */
function same(epoch: string, messages: number) {
  return { epochs: [epoch, epoch], warnings: [], messages: messages + 1 };
}

test("the epoch stays when a server is stopped and started [FILE-1]", async () => {
  const { file, epoch } = await serve();
  await file.stop();
  expect(await goOn(file)).toEqual(same(epoch, 5));
});

test("the epoch stays when a server is killed, at once after a commit or later [FILE-1]", async () => {
  const { file, epoch } = await serve();
  const killed = file.kill();
  await killed.start();
  const killedAgain = killed.kill();
  await file.stop();
  expect(await goOn(killedAgain)).toEqual(same(epoch, 5));
});

test("the epoch stays when the file is moved: with what is beside it, and once closed without [FILE-1]", async () => {
  const { file, epoch } = await serve();
  const moved = file.kill();
  const afterKill = file.copyTo(join(makeTemporaryFolder(), "other.db"), ["", "-wal"]);
  await file.stop();
  const alone = file.copyTo(join(makeTemporaryFolder(), "other.db"));
  for (const each of [moved, afterKill, alone]) expect(await goOn(each)).toEqual(same(epoch, 5));
});

test("the epoch stays when a folder is renamed, or its files are copied and put in its place [FILE-1]", async () => {
  const { file, epoch } = await serve();
  await file.stop();
  const folder = join(makeTemporaryFolder(), "folder");
  mkdirSync(folder);
  file.copyTo(join(folder, "ai_desk.db"), ["", "-mark"]);
  renameSync(folder, `${folder}-renamed`);
  expect(await goOn(new ServedFile(join(`${folder}-renamed`, "ai_desk.db")))).toEqual(same(epoch, 5));
});

test("the epoch stays when a version without marks has written the file [FILE-1]", async () => {
  const { file, epoch } = await serve();
  await file.stop();
  file.openElsewhere((database) => {
    for (const column of ["run", "closed", "copied", "pieces"]) {
      database.exec(`alter table history drop column ${column}`);
    }
    database.exec("drop index chatsession_purge; alter table chatsession drop column purge_id");
    database.exec("drop index chatsession_activity; alter table chatsession drop column activity_seq");
    database.exec(
      "drop table bookmark; drop table reply; drop table reply_piece; drop table reply_block; drop index message_completed",
    );
    for (const column of ["sent_seq", "status", "extra", "end_digest", "complete_id"]) {
      database.exec(`alter table message drop column ${column}`);
    }
    database.exec("delete from kysely_migration where name > '0004'");
  });
  file.remove("-mark");
  expect(await goOn(file)).toEqual(same(epoch, 5));
});

test("a mark that is torn, empty or no mark counts as none [FILE-1] [FILE-6]", async () => {
  const { file, epoch } = await serve();
  for (const spoil of [
    (path: string) => truncateSync(path, 0),
    (path: string) => truncateSync(path, 100),
    (path: string) => writeFileSync(path, "hello"),
    (path: string) => writeFileSync(path, Buffer.alloc(512)),
    (path: string) => rmSync(path),
  ]) {
    const killed = file.kill();
    spoil(`${killed.path}-mark`);
    expect(await goOn(killed)).toEqual(same(epoch, 5));
  }
});

test("a mark that cannot be written neither stops a start nor fails a write, and the epoch stays [FILE-6]", async () => {
  const { file, epoch } = await serve();
  const killed = file.kill();
  killed.remove("-mark");
  mkdirSync(`${killed.path}-mark`);
  expect(await goOn(killed)).toEqual(same(epoch, 5));
  await killed.start();
  await killed.send(1);
  const again = killed.copyTo(join(makeTemporaryFolder(), "ai_desk.db"), ["", "-wal"]);
  await killed.stop();
  expect(await goOn(again)).toEqual(same(epoch, 7));
});

test("the epoch stays when another program has taken the log of a killed server in, and had time to [FILE-1]", async () => {
  const { file, epoch } = await serve();
  await expect.poll(() => file.isSettled()).toBe(true);
  const killed = file.kill();
  expect(killed.has("-wal")).toBe(true);
  expect(killed.countMessages()).toBe(5);
  expect(killed.has("-wal")).toBe(false);
  expect(await goOn(killed)).toEqual(same(epoch, 5));
});

test("of two servers on one file the one that goes on is not taken for gone [FILE-1]", async () => {
  const { file, epoch } = await serve();
  const second = new ServedFile(file.path);
  expect(await second.start()).toBe(epoch);
  await file.stop();
  await second.send(1);
  await expect
    .poll(() => second.openElsewhere((db) => db.prepare("select closed from history").pluck().get()))
    .toBe(0);
  const killed = second.kill();
  await second.stop();
  expect(await goOn(killed)).toEqual(same(epoch, 6));
  expect([...file.warnings, ...second.warnings]).toEqual([]);
});
