import type { LiveDoor } from "../load/doors.ts";
import { plainChat, trpcSocket } from "../load/doors.ts";
import type { FanOut } from "../load/fan-out.ts";
import { fanOut } from "../load/fan-out.ts";
import { prefill } from "../load/prefill.ts";
import type { Findings, Row, Run } from "../row.ts";

/**
 * Sent: messages of 200 characters at a steady rate for 8 s, each over a plain WebSocket, to
 *
 * - one session with 500 readers on the plain WebSocket, then on tRPC's: 30 messages/s, 15,000 deliveries/s;
 * - 1,000 sessions with 2 readers each on the plain WebSocket, in turn: 1,000 messages/s, 2,000 deliveries/s.
 *
 * Counted: the server's CPU time for each delivery, with all that a message costs: ours stores it and syncs.
 *
 * The floor (`floors/broadcast.ts`): a raw ws loop that stringifies a message once and sends it to each socket of the
 * session. It stores nothing.
 *
 * Targets: at most 0.9 of the floor's CPU time on the plain WebSocket, 1.6 on tRPC's, 1.6 over 1,000 sessions.
 */
export const fanOutRows: Row[] = [
  row("fan-out-500-plain", { door: plainChat, bound: 0.9, load: oneSession }),
  row("fan-out-500-trpc", { door: trpcSocket, bound: 1.6, load: oneSession }),
  row("fan-out-1000-sessions", { door: plainChat, bound: 1.6, load: manySessions }),
];

function oneSession(run: Run): FanOut {
  return {
    sessions: 1,
    readersEach: run.load(500, { quick: 5 }),
    perSecond: 30,
    seconds: run.load(8, { quick: 0.2 }),
  };
}

function manySessions(run: Run): FanOut {
  return {
    sessions: run.load(1000, { quick: 5 }),
    readersEach: 2,
    perSecond: run.load(1000, { quick: 50 }),
    seconds: run.load(8, { quick: 0.2 }),
  };
}

function row(
  name: string,
  { door, bound, load }: { door: LiveDoor; bound: number; load: (run: Run) => FanOut },
): Row {
  return {
    name,
    floorIs: "a raw ws loop, nothing stored",
    rounds: 3,
    figures: [
      { name: "CPU per delivery", unit: "µs", targets: [{ of: "ratio", is: "at most", bound }] },
      { name: "p50", unit: "ms" },
      { name: "p99", unit: "ms" },
    ],
    async ours(run): Promise<Findings> {
      const shape = load(run);
      await prefill(run.databaseFile, { sessions: shape.sessions, messagesEach: 0, chars: 1 });
      return fanOut(run, await run.startServer(), { door, ...shape });
    },
    floor: async (run) => fanOut(run, await run.startFloor("broadcast"), { door: plainChat, ...load(run) }),
  };
}
