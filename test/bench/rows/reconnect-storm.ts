import type { LiveDoor } from "../load/doors.ts";
import { eventSockets, plainChat } from "../load/doors.ts";
import { prefill } from "../load/prefill.ts";
import type { Findings, Row, Run } from "../row.ts";

const known = 20;
const missed = 20;

/**
 * Sent: 2,000 readers, each of a session of its own, are cut and all come back at once, each with its own position and 20
 * messages of 200 characters behind; on the plain WebSocket with `events=all` and on tRPC's.
 *
 * Counted: from the first connect until each has got its 20 messages.
 *
 * The floor (`floors/broadcast.ts`): bare ws, which accepts as many sockets at once and sends them nothing.
 *
 * Target: at most twice the floor's time.
 */
export const reconnectStorm: Row[] = eventSockets.map((door) => ({
  name: `reconnect-storm-${door.name}`,
  floorIs: "bare ws accepts as many",
  rounds: 3,
  figures: [{ name: "all caught up", unit: "s", targets: [{ of: "ratio", is: "at most", bound: 2 }] }],
  ours: (run) => comeBack(run, door),
  floor: acceptAll,
}));

async function comeBack(run: Run, door: LiveDoor): Promise<Findings> {
  const readers = countReaders(run);
  const ids = await prefill(run.databaseFile, {
    sessions: readers,
    messagesEach: known + missed,
    chars: 200,
  });
  const server = await run.startServer();
  const open = (sessionId: string, after: number) => door.open({ url: server.url, sessionId, after });
  const before = await Promise.all(ids.map((id) => open(id, known + missed)));
  for (const feed of before) feed.close();
  const { value: feeds, seconds } = await run.measure(server, () =>
    Promise.all(
      ids.map(async (id) => {
        const feed = await open(id, known);
        await feed.until(known + missed);
        return feed;
      }),
    ),
  );
  for (const feed of feeds) feed.close();
  return { "all caught up": seconds };
}

async function acceptAll(run: Run): Promise<Findings> {
  const server = await run.startFloor("broadcast");
  const ids = Array.from({ length: countReaders(run) }, (_, index) => `s${index}`);
  const openEach = () => Promise.all(ids.map((sessionId) => plainChat.open({ url: server.url, sessionId })));
  for (const feed of await openEach()) feed.close();
  const { value: feeds, seconds } = await run.measure(server, openEach);
  for (const feed of feeds) feed.close();
  return { "all caught up": seconds };
}

function countReaders(run: Run): number {
  return run.load(2000, { quick: 20 });
}
