import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markAsCopy } from "../../../db/sqlite/file-identity.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { originalWithMessages, writeFile } from "../database-file.ts";
import { ServedFile } from "./served-file.ts";

const elsewhere = (): string => join(makeTemporaryFolder(), "aside.db");

/** Serves the file twice more, and once as a kill leaves it. */
async function goOn(file: ServedFile, epoch: string) {
  const next = await file.start();
  await file.send(1);
  const killed = file.kill();
  await file.stop();
  const epochs = [await file.start(), await killed.start()];
  await Promise.all([file.stop(), killed.stop()]);
  file.countMessages();
  return {
    isNew: next !== epoch,
    isKept: epochs.every((then) => then === next),
    warnings: [...file.warnings, ...killed.warnings],
  };
}

/** The result of {@link goOn} for a file that gets a new epoch for this reason. */
function renewed(reason: RegExp) {
  const warning = `${reason.source}.*a client that comes back with a position gets a reset`;
  return { isNew: true, isKept: true, warnings: [expect.stringMatching(warning) as string] };
}

async function serve(messages: number): Promise<{ file: ServedFile; epoch: string }> {
  const file = new ServedFile();
  const epoch = await file.start();
  await file.send(messages);
  return { file, epoch };
}

test("a copy of a closed file that is put back gets a new epoch, also when it lacks nothing [FILE-2]", async () => {
  for (const later of [0, 2]) {
    const { file, epoch } = await serve(3);
    await file.stop();
    const aside = file.copyTo(elsewhere());
    await file.start();
    await file.send(later);
    await file.stop();
    aside.copyTo(file.path);
    expect(await goOn(file, epoch)).toEqual(renewed(/not the file that was last served here/));
  }
});

test("a copy of a running server's file that is put back gets a new epoch where it lacks something [FILE-2]", async () => {
  for (const endings of [[""], ["", "-wal"]]) {
    const { file, epoch } = await serve(3);
    const aside = file.copyTo(elsewhere(), endings);
    await file.send(2);
    await file.stop();
    aside.copyTo(file.path, endings);
    expect(await goOn(file, epoch)).toEqual(renewed(/lacks changes that were served/));
  }
});

test("a copy that lacks only what was appended to a reply gets a new epoch [FILE-2]", async () => {
  const { file, epoch } = await serve(3);
  const reply = await file.openReply();
  const aside = file.copyTo(elsewhere(), ["", "-wal"]);
  await file.append(reply, 2);
  await file.stop();
  aside.copyTo(file.path, ["", "-wal"]);
  expect(await goOn(file, epoch)).toEqual(renewed(/lacks changes that were served/));
});

test("a copy that is put back after a kill gets a new epoch, its log with it or none [FILE-2]", async () => {
  for (const endings of [[""], ["", "-wal"]]) {
    const { file, epoch } = await serve(3);
    const aside = file.copyTo(elsewhere(), endings);
    await file.send(2);
    await expect.poll(() => file.isSettled()).toBe(true);
    const killed = file.kill();
    await file.stop();
    killed.remove("-wal");
    aside.copyTo(killed.path, endings);
    expect(await goOn(killed, epoch)).toEqual(
      renewed(/lacks changes that were served|its write-ahead log .*-wal is missing/),
    );
  }
});

test("another file in the place of the one that was served gets a new epoch: another server's, the original's [FILE-2]", async () => {
  const other = await serve(9);
  await other.file.stop();
  const original = new ServedFile(writeFile(originalWithMessages(100), elsewhere()));
  for (const stranger of [other.file, original]) {
    const { file } = await serve(1);
    await file.stop();
    stranger.copyTo(file.path);
    expect(await goOn(file, other.epoch)).toEqual(renewed(/not the file that was last served here/));
  }
});

test("of two copies that were both served each gets a new epoch in the place of the other [FILE-2]", async () => {
  const { file, epoch } = await serve(3);
  await file.stop();
  const twin = file.copyTo(elsewhere());
  // Nothing can tell a copy that is served from a file that was moved.
  expect(await twin.start()).toBe(epoch);
  await twin.send(1);
  await twin.stop();
  expect(await file.start()).toBe(epoch);
  await file.send(5);
  await file.stop();
  twin.copyTo(file.path);
  expect(await goOn(file, epoch)).toEqual(renewed(/not the file that was last served here/));
});

test("a file whose log was lost gets a new epoch: in its place, and copied from a running server [FILE-3]", async () => {
  const { file, epoch } = await serve(3);
  const copied = file.copyTo(elsewhere());
  const killed = file.kill();
  await file.stop();
  killed.remove("-wal");
  expect(await goOn(killed, epoch)).toEqual(renewed(/lacks changes|its write-ahead log .*-wal is missing/));
  expect(await goOn(copied, epoch)).toEqual(renewed(/its write-ahead log .*-wal is missing/));
});

test("a log that is left over from another file is put aside and not written over the one beside it [FILE-4]", async () => {
  const { file, epoch } = await serve(3);
  await file.stop();
  const aside = file.copyTo(elsewhere());
  await file.start();
  await file.send(40);
  const killed = file.kill();
  await file.stop();
  aside.copyTo(killed.path);
  expect(await goOn(killed, epoch)).toEqual(renewed(/not the file .*\.left-over-[0-9a-f]{8}-wal\./));
  const leftOver = /is now (\S+-wal)\./.exec(killed.warnings[0] ?? "")?.[1] ?? "";
  expect(existsSync(leftOver)).toBe(true);
  expect(killed.countMessages()).toBe(4);
});

test("the same where the log has begun anew meanwhile, and the file that was put back is the original's [FILE-4]", async () => {
  const { file, epoch } = await serve(3);
  file.openElsewhere((database) => database.pragma("wal_checkpoint(RESTART)"));
  await file.send(3);
  const killed = file.kill();
  await file.stop();
  new ServedFile(writeFile(originalWithMessages(100), elsewhere())).copyTo(killed.path);
  expect(await goOn(killed, epoch)).toEqual(renewed(/not the file .*\.left-over-[0-9a-f]{8}-wal\./));
  expect(killed.countMessages()).toBe(101);
});

test("a file and its log that are put back together are both kept, and get a new epoch [FILE-2] [FILE-4]", async () => {
  const { file, epoch } = await serve(3);
  const aside = file.copyTo(elsewhere(), ["", "-wal"]);
  await file.stop();
  await file.start();
  await file.send(2);
  const killed = file.kill();
  await file.stop();
  aside.copyTo(killed.path, ["", "-wal"]);
  expect(await goOn(killed, epoch)).toEqual(renewed(/not the file that was last served here/));
  expect(killed.countMessages()).toBe(4);
});

test("the same where the next server has gone on with the log of the one that was killed [FILE-2] [FILE-4]", async () => {
  const { file, epoch } = await serve(3);
  const killed = file.kill();
  await file.stop();
  const aside = killed.copyTo(elsewhere(), ["", "-wal"]);
  await killed.start();
  await killed.send(2);
  const killedAgain = killed.kill();
  await killed.stop();
  const alone = killedAgain.copyTo(elsewhere(), ["", "-wal", "-mark"]);
  aside.copyTo(killedAgain.path, ["", "-wal"]);
  expect(await goOn(killedAgain, epoch)).toEqual(renewed(/not the file that was last served here/));
  expect(killedAgain.warnings[0]).not.toContain("left-over");
  expect(killedAgain.countMessages()).toBe(4);

  // Without its own log it is the one of the next server that lies beside it.
  aside.copyTo(alone.path);
  expect(await goOn(alone, epoch)).toEqual(renewed(/\.left-over-[0-9a-f]{8}-wal\./));
});

test("a copy that a backup has made gets a new epoch wherever it is put [FILE-5]", async () => {
  const { file, epoch } = await serve(3);
  await file.stop();
  const backup = file.copyTo(elsewhere());
  backup.openElsewhere(markAsCopy);
  backup.copyTo(file.path);
  expect(await goOn(backup, epoch)).toEqual(renewed(/is a backup/));
  expect(await goOn(file, epoch)).toEqual(renewed(/is a backup/));
});

test("no message id is given again that the file before has given [FILE-7]", async () => {
  const { file } = await serve(3);
  await file.stop();
  const aside = file.copyTo(elsewhere());
  await file.start();
  const last = await file.send(4);
  await file.stop();
  aside.copyTo(file.path);
  await file.start();
  expect(await file.send(1)).toBe(last + 1);
});

test("a file that is made anew where one was removed is not taken for a copy [FILE-1]", async () => {
  const { file } = await serve(3);
  await file.stop();
  file.remove("");
  await file.start();
  await file.stop();
  expect(file.warnings).toEqual([]);
});
