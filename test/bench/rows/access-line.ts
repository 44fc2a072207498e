import { getRequest } from "../load/http-connection.ts";
import { countAnswers } from "../load/requests-per-second.ts";
import type { Row } from "../row.ts";

const request = getRequest("/");

/**
 * Sent: `GET /` over 32 keep-alive connections, each of which asks again when it has its answer, to a server that logs a
 * line for each.
 *
 * Counted: answers per second and the server's CPU time for each.
 *
 * The floor: our server at `LOG_LEVEL=warn`, where it makes no such line. The log goes to a pipe that the load generator
 * reads.
 *
 * Target: at most 4 µs of CPU time a line.
 */
export const accessLine: Row[] = [
  {
    name: "access-line",
    floorIs: "without a line",
    rounds: 5,
    figures: [
      { name: "answers", unit: "/s" },
      {
        name: "CPU per answer",
        unit: "µs",
        targets: [{ of: "difference", is: "at most", bound: 4 }],
      },
    ],
    ours: async (run) => countAnswers(run, await run.startServer({ LOG_LEVEL: "info" }), request),
    floor: async (run) => countAnswers(run, await run.startServer(), request),
  },
];
