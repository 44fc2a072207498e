import { once } from "node:events";
import { get } from "node:http";
import { finished } from "node:stream/promises";
import type { IncomingMessage } from "node:http";
import { HttpConnection, getRequest } from "../load/http-connection.ts";
import { prefill } from "../load/prefill.ts";
import { takeTimes, takeTimesDuring } from "../load/take-times.ts";
import { quantile } from "../quantile.ts";
import type { Findings, Row, Run } from "../row.ts";

/**
 * Sent: `GET /api/sessions` over 2,000 sessions with 100 messages of 200 characters each, three times; meanwhile, over
 * another connection, `GET` of 50 messages of one session, again and again.
 *
 * Counted: what the server's resident memory grows by at its peak, how long the small requests take meanwhile, and how
 * long the list takes.
 *
 * Instead of a floor: the small requests without the list.
 *
 * Targets: at most 64 MB of growth; p99 of the small requests at most 25 ms.
 */
export const listAllSessions: Row[] = [
  {
    name: "list-all-sessions",
    floorIs: "without the list",
    rounds: 3,
    figures: [
      { name: "growth", unit: "MB", targets: [{ of: "ours", is: "at most", bound: 64 }] },
      { name: "others' p99", unit: "ms", targets: [{ of: "ours", is: "at most", bound: 25 }] },
      { name: "list", unit: "s" },
    ],
    ours: (run) => readPages(run, { listsMeanwhile: true }),
    floor: (run) => readPages(run, { listsMeanwhile: false }),
  },
];

async function readPages(run: Run, { listsMeanwhile }: { listsMeanwhile: boolean }): Promise<Findings> {
  const sessions = run.load(2000, { quick: 20 });
  await prefill(run.databaseFile, { sessions, messagesEach: 100, chars: 200 });
  const server = await run.startServer();
  const connection = await HttpConnection.open(server.url);
  const readPage = () => connection.ask(getRequest("/api/sessions/s0/messages?limit=50"));
  await takeTimes(run.load(500, { quick: 5 }), readPage);
  const before = server.residentBytes();
  server.resetPeak();
  let latencies: number[] = [];
  let lists: number[] = [];
  await run.measure(server, async () => {
    if (listsMeanwhile) {
      const listing = takeTimes(3, () => readList(server.url)).then((times) => (lists = times));
      latencies = await takeTimesDuring(listing, readPage);
    } else latencies = await takeTimes(run.load(2000, { quick: 5 }), readPage);
  });
  connection.close();
  return {
    growth: (server.peakResidentBytes() - before) / 1e6,
    "others' p99": quantile(latencies, 0.99),
    ...(listsMeanwhile && { list: quantile(lists, 0.5) / 1000 }),
  };
}

async function readList(url: string): Promise<void> {
  const request = get(`${url}/api/sessions`);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await finished(response.resume());
}
