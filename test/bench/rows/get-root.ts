import { getRequest } from "../load/http-connection.ts";
import { countAnswers, requestFigures } from "../load/requests-per-second.ts";
import type { Row } from "../row.ts";

const request = getRequest("/");

/**
 * Sent: `GET /` over 32 keep-alive connections, each of which asks again when it has its answer.
 *
 * Counted: answers per second, how long they take, and the server's CPU time for each.
 *
 * The floor (`floors/fixed-answer.ts`): a bare node:http server that writes the same headers and a body that is ready.
 *
 * Target: at least 0.6 of the floor's answers per second.
 */
export const getRoot: Row[] = [
  {
    name: "get-root",
    floorIs: "a bare node:http",
    rounds: 3,
    figures: requestFigures({ of: "ratio", is: "at least", bound: 0.6 }),
    ours: async (run) => countAnswers(run, await run.startServer(), request),
    floor: async (run) => countAnswers(run, await run.startFloor("fixed-answer"), request),
  },
];
