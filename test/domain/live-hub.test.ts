import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { LiveHub } from "../../server/domain/live-hub.ts";
import type { LiveReader } from "../../server/domain/live-topic.ts";
import type { Log } from "../../server/domain/log.ts";

const never = new AbortController().signal;

type Note = { type: "note"; seq: number; prev: number; text: string };

/** A log of notes in memory that counts how often it is read, and that can fail, end or begin anew. */
function makeLog({ maxReaders = 10, coalesceMs = 0, pageSize = Infinity } = {}) {
  const notes: { type: "note"; seq: number; text: string }[] = [];
  const state = { reads: 0, startSeq: 0, failure: undefined as Error | undefined };
  const log: Log<Note> = {
    topic: "notes",
    maxReaders,
    coalesceMs,
    readEpoch: async () => "epoch",
    async readHead() {
      state.reads += 1;
      if (state.failure) throw state.failure;
      return {
        seq: notes.at(-1)?.seq ?? 0,
        startSeq: state.startSeq,
        end: undefined,
        async readChanges(after) {
          const missed = notes.filter(({ seq }) => seq > after);
          const changes = missed.slice(0, pageSize);
          return { changes, upTo: (missed.length > pageSize ? changes : notes).at(-1)?.seq ?? 0 };
        },
      };
    },
    readSnapshot: async () => undefined,
    gone: () => new Error("gone"),
  };
  return {
    log,
    state,
    write: (text: string) => notes.push({ type: "note", seq: notes.length + 1, text }),
  };
}

/** Whether a reader is still waiting after everything that was on its way has happened. */
async function isWaiting(next: Promise<unknown>): Promise<boolean> {
  let done = false;
  void next.then(() => (done = true));
  for (let round = 0; round < 5; round += 1) await turn();
  return !done;
}

test("the log is read once for all live readers, and all get the same objects", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  const readers = Array.from({ length: 5 }, () => hub.join(log, never));
  const waiting = Promise.all(readers.map((reader) => reader.next(0)));
  write("one");
  write("two");
  hub.announce("notes", 1);
  hub.announce("notes", 2);
  const [first = [], ...others] = await waiting;
  expect(first).toEqual([
    { type: "note", seq: 1, prev: 0, text: "one" },
    { type: "note", seq: 2, prev: 1, text: "two" },
  ]);
  for (const other of others)
    expect(other.map((event, index) => event === first[index])).toEqual([true, true]);
  expect(state.reads).toBe(1);
  for (const reader of readers) reader[Symbol.dispose]();
  expect(hub.size).toBe(0);
});

test("what was announced between joining and waiting is not lost [ATTACH-1]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.join(log, never);
  write("one");
  hub.announce("notes", 1);
  expect(await reader.next(0)).toMatchObject([{ seq: 1 }]);
});

test("a reader is sent back to the log if the others are further, and skips what it has read itself [ORDER-3]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  using ahead = hub.join(log, never);
  using late = hub.join(log, never);
  const next = ahead.next(0);
  write("one");
  hub.announce("notes", 1);
  await next;
  expect(await late.next(0)).toEqual([]);
  write("two");
  // It has read "two" already, the one who reads for all has not.
  const both = [ahead.next(1), late.next(2)];
  hub.announce("notes", 2);
  expect(await both[0]).toMatchObject([{ seq: 2 }]);
  write("three");
  hub.announce("notes", 3);
  expect(await both[1]).toMatchObject([{ seq: 3 }]);
});

test("a reader for which too much waits is sent back to the log, and the others go on [SLOW-1]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  using slow = hub.join(log, never);
  using quick = hub.join(log, never);
  let upTo = 0;
  const first = slow.next(0);
  for (let note = 1; note <= 5; note += 1) {
    const next = quick.next(upTo);
    write("x".repeat(100_000));
    hub.announce("notes", note);
    upTo = (await next).at(-1)?.seq ?? 0;
  }
  expect(upTo).toBe(5);
  expect(await first).toMatchObject([{ seq: 1 }]);
  expect(await slow.next(1)).toEqual([]);
});

test("what begins anew and what fails sends all back to the log", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.join(log, never);
  let next = reader.next(0);
  write("one");
  state.startSeq = 1;
  hub.announce("notes", 1);
  expect(await next).toEqual([]);
  next = reader.next(1);
  state.failure = new Error("disk");
  hub.announce("notes", 2);
  expect(await next).toEqual([]);
});

test("an announcement of what is not in the log, or of what was read already, costs one read at most", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.join(log, never);
  const next = reader.next(0);
  hub.announce("notes", 7);
  hub.announce("other", 1);
  expect(await isWaiting(next)).toBe(true);
  expect(state.reads).toBe(1);
  write("one");
  hub.announce("notes", 1);
  hub.announce("notes", 8);
  expect(await next).toMatchObject([{ seq: 1 }]);
  hub.announce("notes", 1);
  expect(await isWaiting(reader.next(1))).toBe(true);
  expect(state.reads).toBe(3);
});

test("what one read finds is told without a pause in it, however many pages it has [LIST-3]", async () => {
  const hour = 3_600_000;
  const { log, state, write } = makeLog({ coalesceMs: hour, pageSize: 10 });
  const hub = new LiveHub();
  using reader = hub.join(log, never);
  const first = reader.next(0);
  for (let note = 1; note <= 35; note += 1) write("one of many");
  hub.announce("notes", 35);
  const seqs: number[] = [];
  seqs.push(...(await first).map(({ seq }) => seq));
  while (seqs.length < 35) seqs.push(...(await reader.next(seqs.at(-1) ?? 0)).map(({ seq }) => seq));
  expect(seqs).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
  expect(state.reads).toBe(1);
});

test("a reader that is told to stop is woken, however early", async () => {
  const { log } = makeLog();
  const hub = new LiveHub();
  const stop = new AbortController();
  using late = hub.join(log, stop.signal);
  const waiting = late.next(0);
  stop.abort();
  expect(await waiting).toEqual([]);
  using early = hub.join(log, stop.signal);
  expect(await early.next(0)).toEqual([]);
  expect(hub.size).toBe(2);
});

test("nothing is left of a reader that has gone, whatever it was doing [ALIVE-2]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  const reader: LiveReader<Note> = hub.join(log, never);
  void reader.next(0);
  reader[Symbol.dispose]();
  reader[Symbol.dispose]();
  expect(hub.size).toBe(0);
  using another = hub.join(log, never);
  reader[Symbol.dispose]();
  expect(hub.size).toBe(1);
  const next = another.next(0);
  write("one");
  hub.announce("notes", 1);
  expect(await next).toMatchObject([{ seq: 1 }]);
});

test("one reader more than a log may have is refused, and may come when another has left [LIMIT-2]", () => {
  const { log } = makeLog({ maxReaders: 1 });
  const hub = new LiveHub();
  const first = hub.join(log, never);
  expect(() => hub.join(log, never)).toThrow(expect.objectContaining({ code: "TOO_MANY_REQUESTS" }));
  first[Symbol.dispose]();
  hub.join(log, never)[Symbol.dispose]();
  expect(hub.size).toBe(0);
});
