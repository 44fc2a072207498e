import type { LiveDoor } from "../load/doors.ts";
import { eventDoors } from "../load/doors.ts";
import type { Feed } from "../load/feed.ts";
import { openAll } from "../load/open-all.ts";
import { prefill } from "../load/prefill.ts";
import { publishAll, publishSteadily } from "../load/publish.ts";
import { quantile } from "../quantile.ts";
import type { Findings, Row, Run } from "../row.ts";

const chars = 1000;
/** 27 MB: more than the system holds for one connection, so the paused one is past its budget before anything counts. */
const stuffing = { count: 300, chars: 90_000 };
/** As many as a snapshot has, so that those who attach next are not given the stuffing. */
const padding = { count: 100, chars };

/**
 * Sent: 100 messages/s of 1,000 characters over REST for 10 s to one session that 99 readers follow, and one more that has
 * stopped reading and has 27 MB waiting for it; on each door that gives every event. Two seconds before are not counted.
 *
 * Counted: how long a message takes from being sent to being read by the 99, the server's CPU time for each of these
 * deliveries, its resident memory at the end and at its peak. Then the paused one reads on, and each message is checked to
 * come once and in order.
 *
 * Instead of a floor: the same messages and the 99 readers, without the paused one.
 *
 * Targets: at most 32 MB more; p99 at most 1.5 times, CPU time at most 1.2 times.
 */
export const pausedAmong100: Row[] = eventDoors.map((door) => ({
  name: `paused-among-100-${door.name}`,
  floorIs: "without the paused one",
  rounds: 3,
  figures: [
    { name: "memory", unit: "MB", targets: [{ of: "difference", is: "at most", bound: 32 }] },
    { name: "peak", unit: "MB", targets: [{ of: "difference", is: "at most", bound: 32 }] },
    { name: "p50", unit: "ms" },
    { name: "p99", unit: "ms", targets: [{ of: "ratio", is: "at most", bound: 1.5 }] },
    { name: "CPU per delivery", unit: "µs", targets: [{ of: "ratio", is: "at most", bound: 1.2 }] },
  ],
  ours: (run) => deliver(run, door, { onePauses: true }),
  floor: (run) => deliver(run, door, { onePauses: false }),
}));

async function deliver(run: Run, door: LiveDoor, { onePauses }: { onePauses: boolean }): Promise<Findings> {
  const [sessionId = ""] = await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars });
  const server = await run.startServer();
  const { url } = server;
  const paused = onePauses ? await door.open({ url, sessionId, after: 0 }) : undefined;
  paused?.pause();
  const stuffed = run.load(stuffing.count, { quick: 5 });
  await publishAll(url, { sessionId, ...stuffing, count: stuffed });
  await publishAll(url, { sessionId, ...padding });
  const latencies: number[] = [];
  const onMessage = (sentAt: number): number => latencies.push(performance.now() - sentAt);
  const others = await openAll(99, () => door.open({ url, sessionId, onMessage }));
  let sent = stuffed + padding.count;
  const publish = async (seconds: number): Promise<void> => {
    sent += await publishSteadily(url, { sessionId, chars, perSecond: 100, seconds });
    await Promise.all(others.map((feed) => feed.until(sent)));
  };
  await publish(run.load(2, { quick: 0.1 }));
  latencies.length = 0;
  server.resetPeak();
  const { serverCpuMs } = await run.measure(server, () => publish(run.load(10, { quick: 0.1 })));
  const memory = { memory: server.residentBytes() / 1e6, peak: server.peakResidentBytes() / 1e6 };
  if (paused) await readToTheEnd(paused, sent);
  for (const feed of others) feed.close();
  return {
    ...memory,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    "CPU per delivery": (serverCpuMs * 1000) / latencies.length,
  };
}

async function readToTheEnd(paused: Feed, position: number): Promise<void> {
  paused.resume();
  await paused.until(position);
  paused.close();
}
