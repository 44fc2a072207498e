import type { LiveDoor } from "../load/doors.ts";
import { restSse, trpcSocket } from "../load/doors.ts";
import { HttpConnection, getRequest, patchRequest } from "../load/http-connection.ts";
import { prefill } from "../load/prefill.ts";
import { takeTimes } from "../load/take-times.ts";
import { pieceChars, writePieces } from "../load/written-reply.ts";
import { quantile } from "../quantile.ts";
import type { Findings, Row, Run } from "../row.ts";

const sessionId = "s0";
const path = `/api/sessions/${sessionId}`;

/** Half of a reply of 50,000 characters. */
const chars = 25_000;

/**
 * Sent, one after the other, 500 times each, to a session whose one message is a reply that is still written, with 25,000
 * characters so far in appends of 7: `GET` of the session, and attaching over tRPC's WebSocket and over REST's server-sent
 * events, which gives a snapshot. Before each the session is renamed: a snapshot is kept for all that join before the next
 * change.
 *
 * Counted: how long each takes, until `caught_up` for the attaching, without the renaming.
 *
 * Instead of a floor: our server with the same reply, and it has ended.
 *
 * Target: p50 at most 1.2 times as long.
 */
export const joinOpenReply: Row[] = [
  {
    name: "join-open-reply",
    floorIs: "ours, and the reply has ended",
    rounds: 3,
    figures: ["get", "trpc", "rest-sse"].map((name) => ({
      name: `${name} p50`,
      unit: "ms",
      targets: [{ of: "ratio", is: "at most", bound: 1.2 }],
    })),
    ours: (run) => join(run, { isOpen: true }),
    floor: (run) => join(run, { isOpen: false }),
  },
];

async function join(run: Run, { isOpen }: { isOpen: boolean }): Promise<Findings> {
  await prefill(run.databaseFile, { sessions: 1, messagesEach: 0, chars: 1 });
  // Nothing of the writer comes while readers join.
  const server = await run.startServer({ REPLY_LEASE_SECONDS: "3600" });
  const { url } = server;
  const connection = await HttpConnection.open(url);
  const pieces = run.load(Math.ceil(chars / pieceChars), { quick: 20 });
  const reply = await writePieces(connection, { sessionId, pieces });
  if (!isOpen) await reply.finish();
  const rename = (index: number) => connection.ask(patchRequest(path, { title: `Renamed ${index}` }));
  const attach = async (door: LiveDoor) => (await door.open({ url, sessionId })).close();
  const joins = {
    get: () => connection.ask(getRequest(path)),
    trpc: () => attach(trpcSocket),
    "rest-sse": () => attach(restSse),
  };
  const findings: Findings = {};
  for (const [name, use] of Object.entries(joins)) {
    await takeTimes(run.load(100, { quick: 2 }), use, rename);
    const times = run.load(500, { quick: 5 });
    const { value } = await run.measure(server, () => takeTimes(times, use, rename));
    findings[`${name} p50`] = quantile(value, 0.5);
  }
  connection.close();
  return findings;
}
