import { plainChat } from "../load/doors.ts";
import type { FanOut } from "../load/fan-out.ts";
import { fanOut } from "../load/fan-out.ts";
import { prefill } from "../load/prefill.ts";
import type { Row, Run } from "../row.ts";

/**
 * Sent: 100 messages/s of 200 characters for 10 s over a plain WebSocket to one session with 10 readers on plain
 * WebSockets: 1,000 deliveries/s.
 *
 * Counted: how long a message takes from being sent to being read by each of them.
 *
 * The floor (`floors/broadcast.ts` with a store): inserts each message with a sync, then sends it to each socket. A
 * delivered message is on disk on both sides.
 *
 * Targets: p50 at most 2 ms and p99 at most 20 ms on an idle machine, and both at most 1.5 of the floor's.
 */
export const publishToDelivery: Row[] = [
  {
    name: "publish-to-delivery",
    floorIs: "a synced insert, then a raw ws loop",
    rounds: 3,
    figures: [
      {
        name: "p50",
        unit: "ms",
        targets: [
          { of: "ours", is: "at most", bound: 2 },
          { of: "ratio", is: "at most", bound: 1.5 },
        ],
      },
      {
        name: "p99",
        unit: "ms",
        targets: [
          { of: "ours", is: "at most", bound: 20 },
          { of: "ratio", is: "at most", bound: 1.5 },
        ],
      },
      { name: "CPU per delivery", unit: "µs" },
    ],
    async ours(run) {
      await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
      return fanOut(run, await run.startServer(), { door: plainChat, ...calm(run) });
    },
    floor: async (run) =>
      fanOut(run, await run.startFloor("broadcast", { STORE: "1" }), { door: plainChat, ...calm(run) }),
  },
];

function calm(run: Run): FanOut {
  return { sessions: 1, readersEach: 10, perSecond: 100, seconds: run.load(10, { quick: 0.2 }) };
}
