import { expect, test } from "vitest";
import { readTrace } from "./read-trace.ts";

/** Text as strace's `-xx` prints it. */
function hex(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
}

const log = `25<${hex("/data/ai_desk.db-wal")}>`;
const handle = { fd: 25, target: "/data/ai_desk.db-wal" };

function read(...lines: string[]): unknown[] {
  return [...readTrace(Buffer.from(lines.map((line) => `${line}\n`).join(""), "latin1"))];
}

test("writes, syncs and truncations are read with their handle", () => {
  expect(
    read(
      `77 openat(AT_FDCWD<${hex("/srv")}>, "${hex("/data/ai_desk.db-wal")}", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = ${log}`,
      `77 pwrite64(${log}, "${hex('a, "b")')}", 7, 4096) = 7`,
      `77 fsync(${log})  = 0`,
      `77 ftruncate(${log}, 0)       = 0`,
      `77 close(${log}) = 0`,
      `77 unlink("${hex("/data/ai_desk.db-wal")}") = 0`,
    ),
  ).toEqual([
    { kind: "open", handle, creates: true, truncates: false },
    { kind: "write", handle, offset: 4096, data: Buffer.from('a, "b")') },
    { kind: "sync", handle },
    { kind: "truncate", handle, size: 0 },
    { kind: "close", handle },
    { kind: "unlink", path: "/data/ai_desk.db-wal" },
  ]);
});

test("a partial write is read with its written part only", () => {
  expect(read(`77 pwrite64(${log}, "${hex("whole")}", 5, 0) = 2`)).toEqual([
    { kind: "write", handle, offset: 0, data: Buffer.from("wh") },
  ]);
});

test("bytes that are sent over a socket are read from one buffer or several", () => {
  const socket = `9<${hex("socket:[4711]")}>`;
  const sent = { kind: "send", handle: { fd: 9, target: "socket:[4711]" }, data: Buffer.from("one, two") };
  expect(
    read(
      `77 write(${socket}, "${hex("one, two")}", 8) = 8`,
      `77 writev(${socket}, [{iov_base="${hex("one, ")}", iov_len=5}, {iov_base="${hex("two")}", iov_len=3}], 2) = 8`,
    ),
  ).toEqual([sent, sent]);
});

test("the parts of a call that another thread's call interrupts are joined", () => {
  expect(
    read(
      `77 pwrite64(${log}, "${hex("ab")}", 2, 0 <unfinished ...>`,
      `9  write(1<${hex("pipe:[1]")}>, "${hex("log")}", 3 <unfinished ...>`,
      `77 <... pwrite64 resumed>)           = 2`,
      `9  <... write resumed>)              = 3`,
    ),
  ).toMatchObject([{ kind: "write", offset: 0 }, { kind: "send" }]);
});

test("a failed call is read as one without an effect", () => {
  expect(
    read(
      `77 fsync(${log}) = -1 EIO (Input/output error) (INJECTED)`,
      `77 unlink("${hex("/x")}") = -1 ENOENT (No)`,
    ),
  ).toEqual([
    { kind: "failure", call: "fsync", error: "EIO", target: handle.target, fd: 25 },
    { kind: "failure", call: "unlink", error: "ENOENT", target: "/x", fd: -1 },
  ]);
});

test("a kill during an answer does not undo the answer", () => {
  const socket = `9<${hex("socket:[4711]")}>`;
  expect(
    read(
      `77 writev(${socket}, [{iov_base="${hex("told")}", iov_len=4}], 1 <unfinished ...>`,
      "77 <... writev resumed>)             = ?",
    ),
  ).toMatchObject([{ kind: "send", data: Buffer.from("told") }]);
});

test("signals, ends of processes, and syncs and writes during which the process was killed are skipped", () => {
  expect(
    read(
      "77 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER} ---",
      `77 fsync(${log} <unfinished ...>`,
      "77 <... fsync resumed>)              = ?",
      "77 +++ killed by SIGKILL +++",
    ),
  ).toEqual([]);
});

test("other ways to write are not skipped", () => {
  expect(read(`77 fallocate(${log}, 0, 0, 4096) = 0`)).toEqual([
    { kind: "unread", call: "fallocate", target: handle.target },
  ]);
});

test("data that strace has cut off is refused", () => {
  expect(() => read(`77 pwrite64(${log}, "${hex("a")}"..., 2, 0) = 2`)).toThrow("Cut off");
});
