import type { LiveDoor } from "../load/doors.ts";
import { plainChat, trpcSocket } from "../load/doors.ts";
import { openAll } from "../load/open-all.ts";
import { prefill } from "../load/prefill.ts";
import type { Findings, Row, Run } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";

/**
 * Sent: nothing, to 5,000 readers of one session, on the plain WebSocket and on tRPC's with one subscription each.
 *
 * Counted: what the server's resident memory grows by for each of them while they are opened, after 100 that are not
 * counted. Nobody calls the garbage collector.
 *
 * The floor (`floors/broadcast.ts`): bare ws with as many sockets.
 *
 * Targets: at most 1.5 times the floor's on the plain WebSocket, 3 times on tRPC's.
 */
export const idleConnections: Row[] = [row(plainChat, 1.5), row(trpcSocket, 3)];

function row(door: LiveDoor, bound: number): Row {
  return {
    name: `idle-connections-${door.name}`,
    floorIs: "bare ws",
    rounds: 3,
    figures: [
      { name: "memory of each", unit: "kB", targets: [{ of: "ratio", is: "at most", bound }] },
      { name: "opening all", unit: "s" },
    ],
    async ours(run) {
      await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
      return hold(run, await run.startServer(), door);
    },
    floor: async (run) => hold(run, await run.startFloor("broadcast"), plainChat),
  };
}

async function hold(run: Run, server: PinnedProcess, door: LiveDoor): Promise<Findings> {
  const { url } = server;
  const count = run.load(5000, { quick: 20 });
  const open = () => door.open({ url, sessionId: "s0" });
  const first = await openAll(100, open);
  const before = server.residentBytes();
  const { value: feeds, seconds } = await run.measure(server, () => openAll(count, open));
  const grown = server.residentBytes() - before;
  for (const feed of [...first, ...feeds]) feed.close();
  return { "memory of each": grown / count / 1000, "opening all": seconds };
}
