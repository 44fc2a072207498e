import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { LiveHub } from "../../server/live/live-hub.ts";
import type { Subscriber } from "../../server/live/subscriber.ts";
import type { ChangeLog } from "../../server/live/change-log.ts";

const never = new AbortController().signal;

type Note = { type: "note"; seq: number; prev: number; text: string };

/** A log of notes in memory that counts how often it is read, and that can fail, end or begin anew. */
function makeLog({ maxReaders = 10, coalesceMs = 0, pageSize = Infinity } = {}) {
  const notes: { type: "note"; seq: number; text: string }[] = [];
  const state = { reads: 0, life: 1, startSeq: 0, failure: undefined as Error | undefined };
  const log: ChangeLog<Note> = {
    topic: "notes",
    snapshotName: "notes",
    maxMissed: Infinity,
    maxReaders,
    coalesceMs,
    async readHead() {
      state.reads += 1;
      if (state.failure) throw state.failure;
      return {
        epoch: "epoch",
        life: state.life,
        seq: notes.at(-1)?.seq ?? 0,
        startSeq: state.startSeq,
        end: undefined,
        async readChanges(after) {
          const missed = notes.filter(({ seq }) => seq > after);
          const changes = missed.slice(0, pageSize);
          return { changes, upTo: (missed.length > pageSize ? changes : notes).at(-1)?.seq ?? 0 };
        },
        isSmallRead: async () => true,
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

/** A reader that takes what it is given, or nothing while it is not ready, and is sent back to the log at some time. */
function goLive(reader: Subscriber<Note>, upTo: number) {
  const taker = { events: [] as Note[], isWritable: true, isSentBack: false };
  void reader
    .goLive(
      { epoch: "epoch", life: 1, seq: upTo },
      {
        take(events) {
          if (taker.isWritable) taker.events.push(...events.map(({ event }) => event));
          return taker.isWritable;
        },
      },
    )
    .then(() => (taker.isSentBack = true));
  return taker;
}

function seqsOf({ events }: { events: Note[] }): number[] {
  return events.map(({ seq }) => seq);
}

/** Resolves when everything that was on its way has happened. */
async function settle(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await turn();
}

test("the log is read once for all live readers, and all get the same objects", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  const readers = Array.from({ length: 5 }, () => hub.subscribe(log, never));
  const [first, ...others] = readers.map((reader) => goLive(reader, 0));
  write("one");
  write("two");
  hub.publish("notes", 1);
  hub.publish("notes", 2);
  await settle();
  expect(first?.events).toEqual([
    { type: "note", seq: 1, prev: 0, text: "one" },
    { type: "note", seq: 2, prev: 1, text: "two" },
  ]);
  for (const other of others) {
    expect(other.events.map((event, index) => event === first?.events[index])).toEqual([true, true]);
  }
  expect(state.reads).toBe(1);
  for (const reader of readers) reader[Symbol.dispose]();
  expect(hub.size).toBe(0);
});

test("a change that comes with its announcement, and is the next one, is given on without reading the log", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.subscribe(log, never);
  using other = hub.subscribe(log, never);
  const takers = [goLive(reader, 0), goLive(other, 0)];
  write("one");
  hub.publish<Note>("notes", 1, { type: "note", seq: 1, text: "one" });
  write("two");
  hub.publish<Note>("notes", 2, { type: "note", seq: 2, text: "two" });
  await settle();
  const both = [
    { type: "note", seq: 1, prev: 0, text: "one" },
    { type: "note", seq: 2, prev: 1, text: "two" },
  ];
  expect(takers.map(({ events }) => events)).toEqual([both, both]);
  expect(takers[0]?.events[0]).toBe(takers[1]?.events[0]);
  expect(state.reads).toBe(0);
});

test("a change that is not the next one makes the log be read: another process may have written before it [ORDER-3]", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.subscribe(log, never);
  const taker = goLive(reader, 0);
  write("of another process");
  write("two");
  hub.publish<Note>("notes", 2, { type: "note", seq: 2, text: "two" });
  write("three");
  // While the log is being read, too.
  hub.publish<Note>("notes", 3, { type: "note", seq: 3, text: "three" });
  await settle();
  expect(seqsOf(taker)).toEqual([1, 2, 3]);
  // A change that is announced late or twice is delivered once.
  hub.publish<Note>("notes", 2, { type: "note", seq: 2, text: "two" });
  await settle();
  expect(seqsOf(taker)).toEqual([1, 2, 3]);
  expect(state.reads).toBeLessThanOrEqual(2);
});

test("what was announced between joining and going live is not lost [ATTACH-1]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.subscribe(log, never);
  write("one");
  hub.publish<Note>("notes", 1, { type: "note", seq: 1, text: "one" });
  const taker = goLive(reader, 0);
  await settle();
  expect(seqsOf(taker)).toEqual([1]);
});

test("a reader is sent back to the log if the others are further, and skips what it has read itself [ORDER-3]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  using ahead = hub.subscribe(log, never);
  using late = hub.subscribe(log, never);
  const first = goLive(ahead, 0);
  write("one");
  hub.publish("notes", 1);
  await settle();
  const behind = goLive(late, 0);
  await settle();
  expect([behind.isSentBack, behind.events]).toEqual([true, []]);
  write("two");
  // It has read "two" already, the one who reads for all has not.
  const caughtUp = goLive(late, 2);
  hub.publish("notes", 2);
  await settle();
  write("three");
  hub.publish("notes", 3);
  await settle();
  expect([seqsOf(first), seqsOf(caughtUp)]).toEqual([[1, 2, 3], [3]]);
});

test("a reader that takes nothing now is sent back to the log, and the others go on [SLOW-1]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  using slow = hub.subscribe(log, never);
  using quick = hub.subscribe(log, never);
  const [slowly, quickly] = [goLive(slow, 0), goLive(quick, 0)];
  for (let note = 1; note <= 5; note += 1) {
    slowly.isWritable = note === 1;
    write("another");
    hub.publish("notes", note);
    await settle();
  }
  expect(seqsOf(quickly)).toEqual([1, 2, 3, 4, 5]);
  expect([seqsOf(slowly), slowly.isSentBack, quickly.isSentBack]).toEqual([[1], true, false]);
});

test("what begins anew and what fails sends all back to the log", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.subscribe(log, never);
  write("one");
  state.startSeq = 1;
  const first = goLive(reader, 0);
  hub.publish("notes", 1);
  await settle();
  expect([first.isSentBack, first.events]).toEqual([true, []]);
  const second = goLive(reader, 1);
  state.failure = new Error("disk");
  hub.publish("notes", 2);
  await settle();
  expect([second.isSentBack, second.events]).toEqual([true, []]);
});

test("an announcement of what is not in the log, or of what was read already, costs one read at most", async () => {
  const { log, state, write } = makeLog();
  const hub = new LiveHub();
  using reader = hub.subscribe(log, never);
  const taker = goLive(reader, 0);
  hub.publish("notes", 7);
  hub.publish("other", 1);
  await settle();
  expect([taker.events, taker.isSentBack, state.reads]).toEqual([[], false, 1]);
  write("one");
  hub.publish("notes", 1);
  hub.publish("notes", 8);
  await settle();
  expect(seqsOf(taker)).toEqual([1]);
  hub.publish("notes", 1);
  await settle();
  expect([seqsOf(taker), state.reads]).toEqual([[1], 3]);
});

test("what one read finds is told without a pause in it, however many pages it has [LIST-3]", async () => {
  const hour = 3_600_000;
  const { log, state, write } = makeLog({ coalesceMs: hour, pageSize: 10 });
  const hub = new LiveHub();
  using reader = hub.subscribe(log, never);
  const taker = goLive(reader, 0);
  for (let note = 1; note <= 35; note += 1) write("one of many");
  // The changes are not given on as they come, but gathered.
  hub.publish<Note>("notes", 1, { type: "note", seq: 1, text: "one of many" });
  await settle();
  expect(seqsOf(taker)).toEqual(Array.from({ length: 35 }, (_, index) => index + 1));
  expect(state.reads).toBe(1);
});

test("a reader that is told to stop is woken, however early", async () => {
  const { log } = makeLog();
  const hub = new LiveHub();
  const stop = new AbortController();
  using late = hub.subscribe(log, stop.signal);
  const waiting = goLive(late, 0);
  stop.abort();
  using early = hub.subscribe(log, stop.signal);
  const neverWaited = goLive(early, 0);
  await settle();
  expect([waiting.isSentBack, neverWaited.isSentBack]).toEqual([true, true]);
  expect(hub.size).toBe(2);
});

test("nothing is left of a reader that has gone, whatever it was doing [ALIVE-2]", async () => {
  const { log, write } = makeLog();
  const hub = new LiveHub();
  const reader: Subscriber<Note> = hub.subscribe(log, never);
  goLive(reader, 0);
  reader[Symbol.dispose]();
  reader[Symbol.dispose]();
  expect(hub.size).toBe(0);
  using another = hub.subscribe(log, never);
  reader[Symbol.dispose]();
  expect(hub.size).toBe(1);
  const taker = goLive(another, 0);
  write("one");
  hub.publish("notes", 1);
  await settle();
  expect(seqsOf(taker)).toEqual([1]);
});

test("one reader more than a log may have is refused, and may come when another has left [LIMIT-2]", () => {
  const { log } = makeLog({ maxReaders: 1 });
  const hub = new LiveHub();
  const first = hub.subscribe(log, never);
  expect(() => hub.subscribe(log, never)).toThrow(expect.objectContaining({ code: "TOO_MANY_REQUESTS" }));
  first[Symbol.dispose]();
  hub.subscribe(log, never)[Symbol.dispose]();
  expect(hub.size).toBe(0);
});
