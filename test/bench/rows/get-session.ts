import { getRequest } from "../load/http-connection.ts";
import { prefill } from "../load/prefill.ts";
import { publishAll } from "../load/publish.ts";
import { countAnswers, requestFigures } from "../load/requests-per-second.ts";
import type { Findings, Row, Run } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";

/**
 * Sent: `GET /api/sessions/s0`, a session with 50 messages of 200 characters, over 32 keep-alive connections, each of
 * which asks again when it has its answer.
 *
 * Counted: answers per second, how long they take, and the server's CPU time for each.
 *
 * The floor (`floors/store.ts`): two prepared selects and JSON.stringify.
 *
 * Target: at least 0.7 of the floor's answers per second.
 */
export const getSession: Row[] = [
  {
    name: "get-session",
    floorIs: "two selects and stringify",
    rounds: 3,
    figures: requestFigures({ of: "ratio", is: "at least", bound: 0.7 }),
    async ours(run) {
      await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
      return readFilled(run, await run.startServer());
    },
    floor: async (run) => readFilled(run, await run.startFloor("store")),
  },
];

async function readFilled(run: Run, server: PinnedProcess): Promise<Findings> {
  await publishAll(server.url, { sessionId: "s0", count: 50, chars: 200 });
  return countAnswers(run, server, getRequest("/api/sessions/s0"));
}
