import type { LiveDoor } from "../load/doors.ts";
import { plainEvents, restSse, trpcSocket } from "../load/doors.ts";
import { growReply } from "../load/growing-reply.ts";
import { prefill } from "../load/prefill.ts";
import type { Findings, Row, Run } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";

/**
 * Sent: one reply of 1,000 appends of 7 characters over REST, 100 a second, to 20 subscribers of its session, and then one to
 * 500, on tRPC's WebSocket, on the plain one with `events=all`, and over REST's server-sent events.
 *
 * Counted: the server's CPU time for each further delta that is delivered: the difference of the two replies, by the difference
 * of their deltas. What the writer costs, its requests and the storing of the appends, is the same in both.
 *
 * The floor (`floors/broadcast-reply.ts`): a raw ws loop, as for `reply-2000-appends`.
 *
 * Target: at most 1.5 of the floor's CPU time.
 */
export const replyFanOut: Row[] = [trpcSocket, plainEvents, restSse].map(row);

function row(door: LiveDoor): Row {
  return {
    name: `reply-fan-out-${door.name}`,
    floorIs: "a raw ws loop, nothing stored",
    rounds: 3,
    figures: [
      { name: "CPU per further delta", unit: "µs", targets: [{ of: "ratio", is: "at most", bound: 1.5 }] },
    ],
    async ours(run) {
      await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
      return compare(run, await run.startServer(), door);
    },
    floor: async (run) => compare(run, await run.startFloor("broadcast-reply"), plainEvents),
  };
}

async function compare(run: Run, server: PinnedProcess, door: LiveDoor): Promise<Findings> {
  const size = { door, pieces: run.load(1000, { quick: 20 }), warmUp: run.load(200, { quick: 5 }) };
  const few = await growReply(run, server, { ...size, subscribers: run.load(20, { quick: 1 }) });
  const { position } = few;
  const many = await growReply(run, server, { ...size, position, subscribers: run.load(500, { quick: 5 }) });
  const cpuMs = many.serverCpuMs - few.serverCpuMs;
  return { "CPU per further delta": (cpuMs * 1000) / (many.deltas - few.deltas) };
}
