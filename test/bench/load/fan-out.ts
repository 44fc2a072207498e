import { quantile } from "../quantile.ts";
import type { Findings, Run } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";
import type { LiveDoor } from "./doors.ts";
import { plainChat } from "./doors.ts";
import type { Feed } from "./feed.ts";
import { openAll } from "./open-all.ts";
import { sendSteadily } from "./publish.ts";

export type FanOut = {
  sessions: number;
  readersEach: number;
  /** Messages of 200 characters a second, over all sessions. */
  perSecond: number;
  seconds: number;
};

const chars = 200;

/**
 * Sends messages at a steady rate, each over the plain WebSocket of the first reader of its session, to readers at a door:
 * two seconds that are not counted, then those that are. Fails if a message does not come to each of its readers.
 */
export async function fanOut(
  run: Run,
  server: PinnedProcess,
  { door, sessions, readersEach, perSecond, seconds }: FanOut & { door: LiveDoor },
): Promise<Findings> {
  const { url } = server;
  const latencies: number[] = [];
  const onMessage = (sentAt: number): number => latencies.push(performance.now() - sentAt);
  const open = (to: LiveDoor, index: number): Promise<Feed> =>
    to.open({ url, sessionId: `s${index % sessions}`, onMessage });
  const senders = await openAll(sessions, (index) => open(plainChat, index));
  const others = await openAll(sessions * (readersEach - 1), (index) => open(door, index));
  const all = [...senders, ...others];
  const deliver = async (during: number): Promise<void> => {
    const already = countReceived(all);
    const sent = await sendSteadily(senders, { perSecond, seconds: during, chars });
    await untilReceived(all, already + sent * readersEach);
  };
  await deliver(run.load(2, { quick: 0.1 }));
  latencies.length = 0;
  const { serverCpuMs } = await run.measure(server, () => deliver(seconds));
  for (const feed of all) feed.close();
  return {
    "CPU per delivery": (serverCpuMs * 1000) / latencies.length,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
  };
}

function countReceived(feeds: readonly Feed[]): number {
  return feeds.reduce((sum, feed) => sum + feed.received, 0);
}

async function untilReceived(feeds: readonly Feed[], wanted: number): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (countReceived(feeds) < wanted) {
    assertWell(feeds);
    if (performance.now() > deadline) throw new Error("Not every message has come to each of its readers.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assertWell(feeds);
}

function assertWell(feeds: readonly Feed[]): void {
  for (const { failure } of feeds) if (failure) throw failure;
}
