import { postRequest } from "../load/http-connection.ts";
import { prefill } from "../load/prefill.ts";
import { countAnswers, requestFigures } from "../load/requests-per-second.ts";
import type { Findings, Row, Run } from "../row.ts";

const message = { content: "x".repeat(200), sender: "user" };
const rest = postRequest("/api/sessions/s0/messages", message);
const trpc = postRequest("/trpc/message.add", { session_id: "s0", ...message });

/**
 * Sent: messages of 200 characters to one session, over 32 keep-alive connections, each of which sends the next when it
 * has its answer; for ours always with `SQLITE_SYNCHRONOUS=full`, acknowledged after the sync.
 *
 * Counted: answers per second, how long they take, and the server's CPU time for each.
 *
 * The floor (`floors/store.ts`): a bare node:http server that inserts each message with one prepared statement in its own
 * transaction. In the first row it syncs each of them, as one must who acknowledges after the sync and does not group; in
 * the others it runs with `synchronous=NORMAL` and never syncs. It is always asked over its REST path.
 *
 * Targets: at least 4 times the floor that syncs; at least 0.8 of the one that does not, over REST and over tRPC.
 */
export const postMessage: Row[] = [
  {
    name: "post-message-synced-floor",
    floorIs: "a synced insert each",
    rounds: 3,
    figures: requestFigures({ of: "ratio", is: "at least", bound: 4 }),
    ours: (run) => askOurs(run, rest),
    floor: (run) => askFloor(run, "full"),
  },
  {
    name: "post-message-unsynced-floor",
    floorIs: "an unsynced insert each",
    rounds: 3,
    figures: requestFigures({ of: "ratio", is: "at least", bound: 0.8 }),
    ours: (run) => askOurs(run, rest),
    floor: (run) => askFloor(run, "normal"),
  },
  {
    name: "post-message-trpc-unsynced-floor",
    floorIs: "an unsynced insert each",
    rounds: 3,
    figures: requestFigures({ of: "ratio", is: "at least", bound: 0.8 }),
    ours: (run) => askOurs(run, trpc),
    floor: (run) => askFloor(run, "normal"),
  },
];

async function askOurs(run: Run, request: string): Promise<Findings> {
  await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
  return countAnswers(run, await run.startServer(), request);
}

async function askFloor(run: Run, synchronous: "full" | "normal"): Promise<Findings> {
  return countAnswers(run, await run.startFloor("store", { SYNCHRONOUS: synchronous }), rest);
}
