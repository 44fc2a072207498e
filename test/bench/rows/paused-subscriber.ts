import type { LiveDoor } from "../load/doors.ts";
import { eventDoors } from "../load/doors.ts";
import type { Feed } from "../load/feed.ts";
import { prefill } from "../load/prefill.ts";
import { publishAll } from "../load/publish.ts";
import type { Findings, Row, Run } from "../row.ts";

const chars = 1000;

/**
 * Sent: 100,000 messages of 1,000 characters to one session, over REST on 32 connections as fast as they are answered,
 * while one subscriber has its socket open and never reads from it; on each door that gives every event. Before it come
 * 2,000 that are not counted: the heap grows with any first work.
 *
 * Counted: the server's resident memory right after the last message, and its peak. Then the subscriber reads on, and each
 * message is checked to come once and in order. `was cut` is 1 if the server had closed it by then, as it may after 30 s,
 * and it had to come back.
 *
 * Instead of a floor: the same load without the subscriber.
 *
 * Target: at most 32 MB more.
 */
export const pausedSubscriber: Row[] = eventDoors.map((door) => ({
  name: `paused-subscriber-${door.name}`,
  floorIs: "without the subscriber",
  rounds: 3,
  figures: [
    { name: "memory", unit: "MB", targets: [{ of: "difference", is: "at most", bound: 32 }] },
    { name: "peak", unit: "MB", targets: [{ of: "difference", is: "at most", bound: 32 }] },
    { name: "published", unit: "/s" },
    { name: "caught up after", unit: "s" },
    { name: "was cut", unit: "" },
  ],
  ours: (run) => publishBeside(run, door),
  floor: (run) => publishBeside(run, undefined),
}));

async function publishBeside(run: Run, door: LiveDoor | undefined): Promise<Findings> {
  const [sessionId = ""] = await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars });
  const server = await run.startServer();
  const { url } = server;
  const warmUp = run.load(2000, { quick: 40 });
  const count = run.load(100_000, { quick: 200 });
  await publishAll(url, { sessionId, count: warmUp, chars });
  const feed = await door?.open({ url, sessionId, after: warmUp });
  feed?.pause();
  server.resetPeak();
  const { seconds } = await run.measure(server, () => publishAll(url, { sessionId, count, chars }));
  const findings = {
    memory: server.residentBytes() / 1e6,
    peak: server.peakResidentBytes() / 1e6,
    published: count / seconds,
  };
  if (!door || !feed) return findings;
  const begin = performance.now();
  const wasCut = await readToTheEnd(door, feed, { url, sessionId, position: warmUp + count });
  return {
    ...findings,
    "caught up after": (performance.now() - begin) / 1000,
    "was cut": Number(wasCut),
  };
}

/** Reads on to the end. A client that was cut comes back with its position, as every client does. @returns whether it was cut */
async function readToTheEnd(
  door: LiveDoor,
  paused: Feed,
  { url, sessionId, position }: { url: string; sessionId: string; position: number },
): Promise<boolean> {
  paused.resume();
  try {
    await paused.until(position);
    return false;
  } catch (error) {
    if (paused.endedWith === undefined) throw error;
    const again = await door.open({ url, sessionId, after: paused.position });
    await again.until(position);
    again.close();
    return true;
  } finally {
    paused.close();
  }
}
