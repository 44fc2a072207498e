import { trpcSocket } from "../load/doors.ts";
import { HttpConnection, getRequest, postRequest } from "../load/http-connection.ts";
import { prefill } from "../load/prefill.ts";
import { takeTimes } from "../load/take-times.ts";
import { quantile } from "../quantile.ts";
import type { Findings, Row, Run } from "../row.ts";

const sessions = 5;

/**
 * Sent, one after the other, 1,000 times each, to 5 sessions in turn with 2,000,000 messages of 200 characters in all:
 * `GET` of the 50 messages before one in the middle, `POST` of a message, and attaching over tRPC's WebSocket, which gives
 * a snapshot of 100 messages.
 *
 * Counted: how long each takes, until `caught_up` for the attaching.
 *
 * Instead of a floor: our server with 1,000 messages in those sessions, 200 each, so that pages and snapshots are as full.
 *
 * Target: p50 at most 1.2 times as long.
 */
export const costAgainstSize: Row[] = [
  {
    name: "cost-against-size",
    floorIs: "ours with 1,000 messages",
    rounds: 3,
    figures: ["page", "post", "attach"].map((name) => ({
      name: `${name} p50`,
      unit: "ms",
      targets: [{ of: "ratio", is: "at most", bound: 1.2 }],
    })),
    ours: (run) => useStored(run, run.load(400_000, { quick: 1000 })),
    floor: (run) => useStored(run, 200),
  },
];

async function useStored(run: Run, messagesEach: number): Promise<Findings> {
  const ids = await prefill(run.databaseFile, { sessions, messagesEach, chars: 200 });
  const server = await run.startServer();
  const { url } = server;
  const connection = await HttpConnection.open(url);
  const idOf = (index: number): string => ids[index % sessions] ?? "";
  const pathOf = (index: number): string => `/api/sessions/${idOf(index)}/messages`;
  const content = { content: "x".repeat(200), sender: "user" };
  const uses = {
    page: (index: number) => {
      const middle = (index % sessions) * messagesEach + messagesEach / 2;
      return connection.ask(getRequest(`${pathOf(index)}?limit=50&before=${middle}`));
    },
    post: (index: number) => connection.ask(postRequest(pathOf(index), content)),
    async attach(index: number) {
      const feed = await trpcSocket.open({ url, sessionId: idOf(index) });
      feed.close();
    },
  };
  const findings: Findings = {};
  for (const [name, use] of Object.entries(uses)) {
    await takeTimes(run.load(200, { quick: 2 }), use);
    const times = run.load(1000, { quick: 5 });
    const { value } = await run.measure(server, () => takeTimes(times, use));
    findings[`${name} p50`] = quantile(value, 0.5);
  }
  connection.close();
  return findings;
}
