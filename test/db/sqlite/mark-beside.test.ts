import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Mark } from "../../../db/sqlite/mark-beside.ts";
import { markPathOf, readMark, removeMark, renameMark, writeMark } from "../../../db/sqlite/mark-beside.ts";
import { newDatabasePath } from "../database-file.ts";

const mark: Mark = {
  runs: ["0123456789abcdef"],
  listSeq: 7,
  messageId: 70,
  isSettled: true,
  log: 12_648_430,
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
  const handle = openSync(markPathOf(file), "r+");
  onTestFinished(() => closeSync(handle));
  const read = (...parts: Buffer[]): string => {
    const content = Buffer.concat(parts);
    ftruncateSync(handle, content.length);
    writeSync(handle, content, 0, content.length, 0);
    return readMark(file)?.runs[0] ?? "none";
  };
  const [old = "", renewed = ""] = [...mark.runs, ...next.runs];
  expect(read(before)).toBe(old);
  for (let at = 0; at <= after.length; at += 1) {
    const cut = read(after.subarray(0, at));
    const mixed = read(after.subarray(0, at), before.subarray(at));
    const zeroed = read(after.subarray(0, at), Buffer.alloc(after.length - at));
    const isWhole = [cut, zeroed].every((found) => ["none", renewed].includes(found));
    if (!isWhole || !["none", old, renewed].includes(mixed)) expect.fail(`${at}: ${cut} ${mixed} ${zeroed}`);
    // A torn one is found out wherever it differs from both.
    if (at > 0 && at < after.length / 4) expect([cut, mixed, zeroed]).toEqual(["none", "none", "none"]);
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
