import { expect, test } from "vitest";
import type { Call, Handle } from "./read-trace.ts";
import { auditHandles, auditSyncs } from "./trace-rules.ts";

const log: Handle = { fd: 3, target: "/data/ai_desk.db-wal" };
const socket: Handle = { fd: 4, target: "socket:[1]" };
const write: Call = { kind: "write", handle: log, offset: 0, data: Buffer.from("frame") };
const sync: Call = { kind: "sync", handle: log };
const failedSync: Call = { kind: "failure", call: "fsync", error: "EIO", ...log };
const reopen: Call[] = [
  { kind: "close", handle: log },
  { kind: "open", handle: log, creates: true, truncates: false },
];
const answer: Call = {
  kind: "send",
  handle: socket,
  data: Buffer.from('HTTP/1.1 200 OK\r\n\r\n{"id":1,"session_id":"s","content":"x","key":"k"}'),
};

test("an answer before the sync of what it acknowledges is found", () => {
  expect(auditSyncs([write, sync, answer])).toEqual({ syncs: 1, unsynced: [] });
  expect(auditSyncs([write, answer, sync])).toEqual({ syncs: 1, unsynced: ["k"] });
  expect(auditSyncs([write, failedSync, answer])).toEqual({ syncs: 0, unsynced: ["k"] });
});

test("an acknowledgement of a write by a handle whose sync had failed is found", () => {
  expect(auditHandles([write, failedSync, write, sync, answer])).toEqual({ failures: 1, distrusted: ["k"] });
  expect(auditHandles([write, failedSync, ...reopen, write, sync, answer]).distrusted).toEqual([]);
  // A checkpoint begins like this: everything was synced with its commit.
  expect(auditHandles([write, sync, failedSync, write, sync, answer]).distrusted).toEqual([]);
});

test("an answer that is sent in several writes is found", () => {
  const parts = ['{"id":1,"session_id":"s","con', 'tent":"x","key":"k"}'].map((part): Call => ({
    kind: "send",
    handle: socket,
    data: Buffer.from(part),
  }));
  expect(auditSyncs([write, ...parts]).unsynced).toEqual(["k"]);
});
