import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { CatchUp } from "../load/catch-up-reader.ts";
import type { LiveDoor } from "../load/doors.ts";
import { eventDoors } from "../load/doors.ts";
import { openAll } from "../load/open-all.ts";
import { prefill } from "../load/prefill.ts";
import { publishSteadily } from "../load/publish.ts";
import { takeTimesDuring } from "../load/take-times.ts";
import { median, quantile } from "../quantile.ts";
import type { Findings, Row, Run } from "../row.ts";

const chars = 200;

/**
 * Sent: 100 messages/s of 200 characters over REST for 10 s to one session with 50,000 messages that 20 readers follow
 * live; meanwhile another reader, a process of its own, comes back with a position before all of them, reads to the end,
 * leaves, and comes again; on each door that gives every event. Two seconds before are not counted.
 *
 * Counted: how long one catching up takes, and its messages per second; how long a message takes from being sent to being
 * read by the 20, all the time that one is catching up; the peak of the server's resident memory. Each reader checks that
 * it gets each message once and in order.
 *
 * Instead of a floor: the same, and nobody comes back.
 *
 * Targets: p99 at most 25 ms more, at most 32 MB more.
 */
export const backAfter50000: Row[] = eventDoors.map((door) => ({
  name: `back-after-50000-${door.name}`,
  floorIs: "nobody comes back",
  rounds: 3,
  figures: [
    { name: "caught up after", unit: "s" },
    { name: "messages", unit: "/s" },
    { name: "p50", unit: "ms" },
    { name: "p99", unit: "ms", targets: [{ of: "difference", is: "at most", bound: 25 }] },
    { name: "peak", unit: "MB", targets: [{ of: "difference", is: "at most", bound: 32 }] },
  ],
  ours: (run) => follow(run, door, { comesBack: true }),
  floor: (run) => follow(run, door, { comesBack: false }),
}));

async function follow(run: Run, door: LiveDoor, { comesBack }: { comesBack: boolean }): Promise<Findings> {
  const missed = run.load(50_000, { quick: 500 });
  const [sessionId = ""] = await prefill(run.databaseFile, { sessions: 1, messagesEach: missed, chars });
  const server = await run.startServer();
  const { url } = server;
  const latencies: number[] = [];
  const onMessage = (sentAt: number): number => latencies.push(performance.now() - sentAt);
  const live = await openAll(20, () => door.open({ url, sessionId, onMessage }));
  let position = missed;
  const publish = async (seconds: number): Promise<void> => {
    position += await publishSteadily(url, { sessionId, perSecond: 100, seconds, chars });
    await Promise.all(live.map((feed) => feed.until(position)));
  };
  await publish(run.load(2, { quick: 0.1 }));
  const back = { door: door.name, url, sessionId, position };
  await using reader = await startCatchUpReader();
  // Its first time it compiles, and so does the server.
  if (comesBack) await reader.catchUp(back);
  latencies.length = 0;
  server.resetPeak();
  const { value: times } = await run.measure(server, async () => {
    const published = publish(run.load(10, { quick: 0.1 }));
    if (comesBack) return takeTimesDuring(published, () => reader.catchUp(back));
    await published;
    return [];
  });
  const seconds = median(times) / 1000;
  for (const feed of live) feed.close();
  return {
    ...(comesBack && { "caught up after": seconds, messages: back.position / seconds }),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    peak: server.peakResidentBytes() / 1e6,
  };
}

async function startCatchUpReader(): Promise<
  AsyncDisposable & { catchUp: (request: CatchUp) => Promise<void> }
> {
  const child = fork(join(import.meta.dirname, "../load/catch-up-reader.ts"), { stdio: "inherit" });
  const ended = once(child, "exit");
  const failed = ended.then((): never => {
    throw new Error("The reader that comes back has ended.");
  });
  // It does end, when it is no longer needed.
  failed.catch(() => undefined);
  return {
    async catchUp(request) {
      const caughtUp = once(child, "message");
      child.send(request);
      await Promise.race([caughtUp, failed]);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
