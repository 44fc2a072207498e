import type { LiveDoor } from "../load/doors.ts";
import { plainEvents, restSse, trpcSocket } from "../load/doors.ts";
import { growReply } from "../load/growing-reply.ts";
import { prefill } from "../load/prefill.ts";
import { pieceChars } from "../load/written-reply.ts";
import type { Findings, Row, Run } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";

const subscribers = 20;

/**
 * Sent: one reply of 2,000 appends of 7 characters over REST, 100 a second, to 20 subscribers of its session, on tRPC's
 * WebSocket, on the plain one with `events=all`, and over REST's server-sent events. A reply of 200 appends before it is
 * not counted.
 *
 * Counted: the bytes that a subscriber gets for each byte of the text, from the opening to the end of the reply, with the
 * framing of the protocol; how many of them come before the end, which brings the whole text again; its deltas per second;
 * the server's CPU time for each delivered delta, with all that the reply costs: ours stores each append and syncs.
 * `reply-fan-out` counts the deliveries alone. Each subscriber checks that it gets each character once and in order.
 *
 * The floor (`floors/broadcast-reply.ts`): a raw ws loop. It takes the same appends over HTTP, joins those of 46 ms as ours
 * does, stringifies them once and sends them to each socket: as many frames, of the size that the plain WebSocket's
 * have. It stores nothing; on the last row it inserts each append with a sync, so that what is seen is on disk on both sides.
 *
 * Targets: at most 6 bytes over SSE and 9 over the WebSockets, at most 26 deltas a second, at most 1.5 of the floor's CPU
 * time.
 */
export const reply2000Appends: Row[] = [
  row(trpcSocket.name, { door: trpcSocket, mostBytes: 9 }),
  row(plainEvents.name, { door: plainEvents, mostBytes: 9 }),
  row(restSse.name, { door: restSse, mostBytes: 6 }),
  row("synced-floor", { door: plainEvents, mostBytes: 9, floorStores: true }),
];

function row(
  name: string,
  { door, mostBytes, floorStores = false }: { door: LiveDoor; mostBytes: number; floorStores?: boolean },
): Row {
  return {
    name: `reply-2000-appends-${name}`,
    floorIs: floorStores ? "a synced insert each, then a raw ws loop" : "a raw ws loop, nothing stored",
    rounds: 3,
    figures: [
      { name: "bytes of each", unit: "", targets: [{ of: "ours", is: "at most", bound: mostBytes }] },
      { name: "bytes before the end", unit: "" },
      { name: "deltas", unit: "/s", targets: [{ of: "ours", is: "at most", bound: 26 }] },
      { name: "CPU per delta", unit: "µs", targets: [{ of: "ratio", is: "at most", bound: 1.5 }] },
    ],
    async ours(run) {
      await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
      return follow(run, await run.startServer(), door);
    },
    async floor(run) {
      const store = floorStores ? { STORE: "1" } : {};
      return follow(run, await run.startFloor("broadcast-reply", store), plainEvents);
    },
  };
}

async function follow(run: Run, server: PinnedProcess, door: LiveDoor): Promise<Findings> {
  const pieces = run.load(2000, { quick: 20 });
  const warmUp = run.load(200, { quick: 5 });
  const grown = await growReply(run, server, { door, subscribers, pieces, warmUp });
  const textBytes = subscribers * pieces * pieceChars;
  return {
    "bytes of each": grown.bytes / textBytes,
    "bytes before the end": grown.bytesBeforeEnd / textBytes,
    deltas: grown.deltas / subscribers / grown.seconds,
    "CPU per delta": (grown.serverCpuMs * 1000) / grown.deltas,
  };
}
