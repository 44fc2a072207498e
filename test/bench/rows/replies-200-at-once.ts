import { plainChat } from "../load/doors.ts";
import { fanOut } from "../load/fan-out.ts";
import { openAll } from "../load/open-all.ts";
import { prefill } from "../load/prefill.ts";
import { steadily } from "../load/publish.ts";
import type { OpenReply } from "../load/talk.ts";
import { Talk } from "../load/talk.ts";
import { StreamedReply, WrittenReply } from "../load/written-reply.ts";
import { quantile } from "../quantile.ts";
import type { Findings, Row, Run } from "../row.ts";

const perSecond = 30;

/**
 * Sent: replies over REST in 200 sessions, each with one subscriber on tRPC's WebSocket: 30 appends of 7 characters a second
 * to each reply, about 5,700 appends/s in all, for 10 s. Each append is a request of its own, or, on the second row, a piece
 * of the body of one request for each reply (`PUT …/stream`). A reply has 90 appends, so that in each session the next reply
 * begins every 3.1 s; they begin at different times. The first three rounds of replies are not counted: the server compiles its
 * code in them, and the first has no end of a reply.
 *
 * Counted: how long the first word of a reply takes from being sent to being read; how long the first word of each delta does,
 * which waits up to 46 ms for the words after it; the server's CPU time for each delta, with all that the appends cost.
 *
 * The floor (`floors/broadcast.ts`): a raw ws loop with 6,000 messages/s in as many sessions. It stores nothing, and gathers
 * nothing: each is a first word.
 *
 * Targets: the first word's p50 at most 15 ms, its p99 at most 50 ms.
 */
export const replies200AtOnce: Row[] = [
  row("replies-200-at-once", (...at) => WrittenReply.open(...at)),
  row("replies-200-at-once-streamed", (...at) => StreamedReply.open(...at)),
];

function row(name: string, open: OpenReply): Row {
  return {
    name,
    floorIs: "a raw ws loop, nothing stored",
    rounds: 3,
    figures: [
      { name: "p50", unit: "ms", targets: [{ of: "ours", is: "at most", bound: 15 }] },
      { name: "p99", unit: "ms", targets: [{ of: "ours", is: "at most", bound: 50 }] },
      { name: "delta p50", unit: "ms" },
      { name: "delta p99", unit: "ms" },
      { name: "CPU per delivery", unit: "µs" },
    ],
    ours: (run) => writeAll(run, open),
    async floor(run) {
      const sessions = sessionsOf(run);
      const load = { sessions, readersEach: 1, perSecond: sessions * perSecond, seconds: secondsOf(run) };
      return fanOut(run, await run.startFloor("broadcast"), { door: plainChat, ...load });
    },
  };
}

function sessionsOf(run: Run): number {
  return run.load(200, { quick: 4 });
}

function secondsOf(run: Run): number {
  return run.load(10, { quick: 0.2 });
}

async function writeAll(run: Run, open: OpenReply): Promise<Findings> {
  const sessions = sessionsOf(run);
  await prefill(run.databaseFile, { sessions, messagesEach: 0, chars: 1 });
  const server = await run.startServer();
  const talks = await openAll(sessions, (index) => Talk.open(server.url, `s${index}`, open));
  const pieces = run.load(90, { quick: 2 });
  // The opening, the appends, the end, and a pause.
  const steps = pieces + 4;
  let begin = 0;
  const write = async (seconds: number): Promise<void> => {
    const sent = await steadily({ perSecond: sessions * perSecond, seconds }, async (index) => {
      const session = index % sessions;
      // The replies of the sessions begin at different times.
      const step = begin + Math.floor(index / sessions) + Math.floor((session / sessions) * steps);
      await talks[session]?.take(actOf(step % steps, pieces));
    });
    begin += sent / sessions;
  };
  await write((3 * steps) / perSecond);
  for (const talk of talks) talk.firsts.length = talk.deltas.length = 0;
  const { serverCpuMs } = await run.measure(server, () => write(secondsOf(run)));
  const firsts = talks.flatMap((talk) => talk.firsts);
  const deltas = talks.flatMap((talk) => talk.deltas);
  for (const talk of talks) talk.close();
  return {
    p50: quantile(firsts, 0.5),
    p99: quantile(firsts, 0.99),
    "delta p50": quantile(deltas, 0.5),
    "delta p99": quantile(deltas, 0.99),
    "CPU per delivery": (serverCpuMs * 1000) / deltas.length,
  };
}

function actOf(step: number, pieces: number): "open" | "append" | "finish" | "pause" {
  if (step === 0) return "open";
  if (step <= pieces) return "append";
  return step === pieces + 1 ? "finish" : "pause";
}
