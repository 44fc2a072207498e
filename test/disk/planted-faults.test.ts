import { expect, test } from "vitest";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Edit } from "../support/changed-copy.ts";
import { copyWith } from "../support/changed-copy.ts";
import type { CrashKind } from "./crash-images.ts";
import { crash } from "./crash-images.ts";
import { record } from "./record.ts";
import { describeTraced } from "./strace.ts";
import { auditHandles, auditSyncs } from "./trace-rules.ts";

const writer = "db/sqlite/writer.ts";
const groupCommit = "db/sqlite/group-commit.ts";
const level = "`synchronous = ${synchronous}`";
const early: Edit = {
  file: groupCommit,
  from: "return settled;",
  to: "for (const settle of settled) settle(); await new Promise((sent) => setTimeout(sent, 5)); return settled;",
};
const commitThatCannotFail: Edit = {
  file: "db/sqlite/write-transaction.ts",
  from: "commit.run();",
  to: "try { commit.run(); } catch { if (file.inTransaction) rollBack.run(); }",
};

const lives = [{ messages: 40, end: "SIGKILL" as const }];
/** The first seventeen belong to the start and to the creation of the session. */
const everySecondSync = "fsync,fdatasync:error=EIO:when=18+2";

describeTraced("a fault that would lose messages is found", 120_000, () => {
  const inImages: { fault: string; edit: Edit; inject?: string; after: CrashKind }[] = [
    {
      fault: "nothing is synced",
      edit: { file: writer, from: level, to: '"synchronous = off"' },
      after: "power lost, only what was synced",
    },
    {
      fault: "full is treated as normal",
      edit: { file: writer, from: level, to: '"synchronous = normal"' },
      after: "power lost, some of the rest",
    },
    { fault: "the answer goes out before the commit", edit: early, after: "process killed" },
    {
      fault: "a failed commit is treated as done",
      edit: commitThatCannotFail,
      inject: everySecondSync,
      after: "process killed",
    },
  ];

  test.each(inImages)("in the images of a crash: $fault", async ({ edit, inject, after }) => {
    // The plain WebSocket answers with an event, which does not come if it is published before the commit.
    const recording = await record({
      synchronous: "full",
      lives,
      root: copyWith([edit]),
      withPlainWebSocket: false,
      ...(inject !== undefined && { inject }),
    });
    const { crashes } = await crash(recording, { count: 30, seed: 1, scratch: makeTemporaryFolder() });
    expect(crashes.filter(({ kind, missing }) => kind === after && missing.length > 0)).not.toEqual([]);
  });

  test("in the order of calls: the answer is sent before the sync", async () => {
    const recording = await record({
      synchronous: "full",
      lives,
      root: copyWith([{ file: writer, from: level, to: '"synchronous = normal"' }]),
    });
    expect(auditSyncs(recording.lives.flat()).unsynced).not.toEqual([]);
  });

  test("in the handles: a connection whose sync failed is used again", async () => {
    const keep: Edit = { file: groupCommit, from: "this.#writer.discard();", to: "" };
    const recording = await record({
      synchronous: "full",
      lives,
      root: copyWith([keep]),
      inject: everySecondSync,
    });
    expect(auditHandles(recording.lives.flat()).distrusted).not.toEqual([]);
  });

  test("in the answers: a disk failure is answered as a server failure", async () => {
    const unknown: Edit = { file: "db/sqlite/database-errors.ts", from: '"SQLITE_IOERR",', to: "" };
    const { attempts } = await record({
      synchronous: "full",
      lives,
      root: copyWith([unknown]),
      inject: everySecondSync,
    });
    expect(attempts.filter(({ outcome }) => outcome === "wrong")).not.toEqual([]);
  });
});
