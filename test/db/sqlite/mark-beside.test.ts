import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { Mark } from "../../../db/sqlite/mark-beside.ts";
import { markPathOf, readMark, removeMark, renameMark, writeMark } from "../../../db/sqlite/mark-beside.ts";
import { newDatabasePath } from "../database-file.ts";

const mark: Mark = {
  runs: ["0123456789abcdef"],
  listSeq: 7,
  messageId: 70,
  isSettled: true,
  log: "00c0ffee",
};
const next: Mark = { ...mark, runs: ["fedcba9876543210"], listSeq: 12_345, isSettled: false };

test("what was written is read, over what was there before", () => {
  const file = newDatabasePath();
  expect(readMark(file)).toBeUndefined();
  expect(writeMark(file, next, { isSynced: true })).toBe(true);
  expect(writeMark(file, mark)).toBe(true);
  expect(readMark(file)).toMatchObject(mark);
});

test("it is for the owner of the database alone", () => {
  const file = newDatabasePath();
  writeMark(file, mark);
  expect(statSync(markPathOf(file)).mode & 0o777).toBe(0o600);
});

test("torn at any byte it counts as none, or as the one that is whole", () => {
  const file = newDatabasePath();
  writeMark(file, mark);
  const before = readFileSync(markPathOf(file));
  writeMark(file, next);
  const after = readFileSync(markPathOf(file));
  const read = (content: Buffer): Mark | undefined => {
    writeFileSync(markPathOf(file), content);
    return readMark(file);
  };
  for (let at = 0; at <= after.length; at += 1) {
    const cut = read(after.subarray(0, at));
    if (cut) expect([at, cut]).toMatchObject([at, next]);
    const mixed = read(Buffer.concat([after.subarray(0, at), before.subarray(at)]));
    const isWhole = mixed?.runs[0] === mark.runs[0] ? mark : next;
    if (mixed) expect([at, mixed]).toMatchObject([at, isWhole]);
    expect(read(Buffer.concat([after.subarray(0, at), Buffer.alloc(after.length - at)]))).toSatisfy(
      (zeroed: Mark | undefined) => zeroed === undefined || at === after.length,
    );
  }
});

test("one that cannot be written or read fails nothing", () => {
  const file = newDatabasePath();
  mkdirSync(markPathOf(file));
  expect(writeMark(file, mark)).toBe(false);
  expect(readMark(file)).toBeUndefined();
  expect(removeMark(file)).toBe(false);
  expect(writeMark(join(file, "missing", "ai_desk.db"), mark)).toBe(false);
});

test("it lies beside the file itself, whatever symbolic link leads there", () => {
  const file = newDatabasePath();
  writeFileSync(file, "");
  const link = join(dirname(file), "link.db");
  symlinkSync(file, link);
  expect(markPathOf(link)).toBe(markPathOf(file));
});

test("it goes and moves with its file", () => {
  const file = newDatabasePath();
  const moved = join(dirname(file), "moved.db");
  expect(renameMark(file, moved)).toBe(false);
  writeMark(file, mark);
  expect(renameMark(file, moved)).toBe(true);
  expect([readMark(file), readMark(moved)]).toMatchObject([undefined, mark]);
  expect(removeMark(moved)).toBe(true);
  expect(existsSync(markPathOf(moved))).toBe(false);
  rmSync(dirname(file), { recursive: true });
  expect(removeMark(file)).toBe(true);
});
