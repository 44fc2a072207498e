import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { sendSignal } from "../../server/domain/send-signal.ts";
import type { Services } from "../../server/domain/services.ts";
import { SignalRate } from "../../server/domain/signal-rate.ts";
import { followSession } from "../../server/domain/session-log.ts";
import type { TrackedEvent } from "../../server/live/change-log.ts";
import type { Sink } from "../../server/live/feed.ts";
import { LiveHub } from "../../server/live/live-hub.ts";
import { openServices } from "../support/services.ts";

type Seen = TrackedEvent<LiveEvent>;

/** A sink that a test can make slow in either way, and that keeps what it is sent. */
class KeepingSink implements Sink<Seen> {
  isWritable = true;
  takesSignals = true;
  readonly seen: Seen[] = [];
  /** The arrays that all sinks share. */
  readonly shared: (readonly Seen[])[] = [];
  #wake: (() => void) | undefined;

  async whenWritable<Value>(work: () => Promise<Value>): Promise<Value> {
    if (!this.isWritable) await new Promise<void>((resolve) => (this.#wake = resolve));
    return work();
  }

  send(items: readonly Seen[]): void {
    this.seen.push(...items);
  }

  sendShared(items: readonly Seen[]): void {
    this.shared.push(items);
    this.send(items);
  }

  drain(): void {
    this.isWritable = true;
    this.#wake?.();
  }

  get events(): LiveEvent[] {
    return this.seen.map(({ event }) => event);
  }

  async until(count: number): Promise<void> {
    while (this.seen.length < count) await nextTurn();
  }
}

function follow(services: Services, sink = new KeepingSink()): KeepingSink {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  void followSession(services, { sessionId: "s", after: undefined, signal: stop.signal }).pipeTo(sink);
  return sink;
}

async function start(): Promise<Services> {
  const services = await openServices();
  await createSession(services, { id: "s" });
  return services;
}

function say(services: Services, content: string): Promise<unknown> {
  return addMessage(services, { session_id: "s", content, sender: "user" });
}

/** A clock by which each signal comes long enough after the one before. */
function unlimited(): () => number {
  let nowMs = 0;
  return () => (nowMs += 100);
}

test("a sink that takes no signals now loses the signal and nothing else: it never falls behind [SIGNAL-3]", async () => {
  const services = await start();
  const [quick, slow] = [follow(services), follow(services)];
  for (const sink of [quick, slow]) await sink.until(2);
  slow.takesSignals = false;
  await sendSignal(services, { session_id: "s", name: "typing" });
  await quick.until(3);
  await say(services, "one");
  for (const [sink, count] of [[quick, 4] as const, [slow, 3] as const]) await sink.until(count);
  expect(slow.events.map(({ type }) => type)).toEqual(["snapshot", "caught_up", "message"]);
  // Only a live subscriber gets the array that all get.
  expect(slow.shared.at(-1)).toBe(quick.shared.at(-1));
});

test("a subscriber that is behind or catching up gets no signal, and later none of them [SIGNAL-3]", async () => {
  const services = await start();
  const [live, behind, late] = [follow(services), follow(services), new KeepingSink()];
  for (const sink of [live, behind]) await sink.until(2);
  behind.isWritable = false;
  await say(services, "one");
  await live.until(3);
  late.isWritable = false;
  follow(services, late);
  await sendSignal(services, { session_id: "s", name: "typing" });
  await live.until(4);
  for (const sink of [behind, late]) sink.drain();
  await say(services, "two");
  await live.until(5);
  for (const sink of [behind, late]) await sink.until(3);
  expect(behind.events.map(({ type }) => type)).toEqual(
    ["snapshot", "caught_up", "message", "message"].slice(0, behind.seen.length),
  );
  expect(late.events.map(({ type }) => type)).not.toContain("signal");
});

test("all live subscribers get the same array, so that a signal is encoded once", async () => {
  const services = await start();
  const sinks = [follow(services), follow(services), follow(services)];
  for (const sink of sinks) await sink.until(2);
  await sendSignal(services, { session_id: "s", name: "typing", data: 7 });
  for (const sink of sinks) await sink.until(3);
  expect(sinks[0]?.events[2]).toEqual({ type: "signal", seq: 0, prev: 0, name: "typing", data: 7 });
  for (const sink of sinks) expect(sink.shared.at(-1)).toBe(sinks[0]?.shared.at(-1));
});

test("a subscriber that has read further than the others gets a signal with its own position [SIGNAL-2]", async () => {
  const written = await start();
  // This hub hears of no commit, as of one of another process.
  const services = { ...written, hub: new LiveHub() };
  const first = follow(services);
  await first.until(2);
  await say(written, "one");
  const ahead = follow(services);
  await ahead.until(2);
  await nextTurn();
  await sendSignal(services, { session_id: "s", name: "typing" });
  for (const sink of [first, ahead]) await sink.until(3);
  for (const [seq, sink] of [first, ahead].entries()) {
    const { position, event } = sink.seen[2] as Seen;
    expect(event).toEqual({ type: "signal", seq, prev: seq, name: "typing" });
    expect(position).toBe(sink.seen[1]?.position);
  }
});

test("a signal comes after the message that was acknowledged before it", async () => {
  const services = await start();
  const sink = follow(services);
  await sink.until(2);
  for (let count = 0; count < 10; count += 1) {
    await say(services, "one");
    await sendSignal(services, { session_id: "s", name: "sent" });
  }
  await sink.until(22);
  expect(sink.events.slice(2).map(({ type, seq, prev }) => [type, seq, prev])).toEqual(
    Array.from({ length: 10 }, (_, index) => [
      ["message", index + 1, index],
      ["signal", index + 1, index + 1],
    ]).flat(),
  );
});

test("signals never fill the place of events where a stream is read item by item [SIGNAL-3]", async () => {
  const services = { ...(await start()), signalRate: new SignalRate(unlimited()) };
  const stop = new AbortController();
  const wanted = { sessionId: "s", after: undefined, signal: stop.signal };
  const items = followSession(services, wanted)[Symbol.asyncIterator]();
  for (const type of ["snapshot", "caught_up"]) {
    expect((await items.next()).value).toMatchObject({ event: { type } });
  }
  const other = follow(services);
  await other.until(2);
  for (let count = 0; count < 100; count += 1)
    await sendSignal(services, { session_id: "s", name: "typing" });
  await other.until(102);
  await say(services, "one");
  const types: (string | undefined)[] = [];
  while (types.at(-1) !== "message") types.push((await items.next()).value?.event.type);
  expect(types.length).toBeLessThan(10);
  stop.abort();
});

test("a signal to more than a thousand subscribers counts as several [SIGNAL-5]", async () => {
  const opened = await start();
  const services = { ...opened, maxReadersPerSession: 3000, signalRate: new SignalRate(() => 0) };
  const sinks = Array.from({ length: 2000 }, () => follow(services));
  for (const sink of sinks) await sink.until(2);
  const signal = () => sendSignal(services, { session_id: "s", name: "typing" });
  for (let count = 0; count < 20; count += 1) await signal();
  await expect(signal()).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
});
