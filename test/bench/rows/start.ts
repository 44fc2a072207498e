import { HttpConnection, getRequest } from "../load/http-connection.ts";
import type { Findings, Row } from "../row.ts";
import type { PinnedProcess } from "../start-pinned.ts";

/**
 * Sent: the command of `npm start` on an empty database, its code in Node's compile cache from a start before, and `GET /`
 * as soon as it says that it listens.
 *
 * Counted: from the start of the process to the answer.
 *
 * The floor (`floors/fixed-answer.ts`): a bare node:http server.
 *
 * Target: at most 500 ms.
 */
export const startRow: Row[] = [
  {
    name: "start",
    floorIs: "a bare node:http",
    rounds: 5,
    figures: [{ name: "first answer", unit: "ms", targets: [{ of: "ours", is: "at most", bound: 500 }] }],
    async ours(run) {
      const says = { LOG_LEVEL: "info" };
      const earlier = { ...says, DATABASE_URL: `file:${run.databaseFile}.earlier` };
      await (await run.startServer(earlier)).stop("SIGTERM");
      return time(() => run.startServer(says));
    },
    async floor(run) {
      await (await run.startFloor("fixed-answer")).stop();
      return time(() => run.startFloor("fixed-answer"));
    },
  },
];

async function time(start: () => Promise<PinnedProcess>): Promise<Findings> {
  const begin = performance.now();
  const { url } = await start();
  const connection = await HttpConnection.open(url);
  await connection.ask(getRequest("/"));
  const took = performance.now() - begin;
  connection.close();
  return { "first answer": took };
}
