import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { serverCommand } from "../../support/server-command.ts";
import { HttpConnection, postRequest } from "../load/http-connection.ts";
import { prefill } from "../load/prefill.ts";
import type { Findings, Row, Run } from "../row.ts";

const writers = 5;
const sendIntervalMs = 50;
const message = { content: "x".repeat(200), sender: "user" };

/**
 * Sent: 100 messages of 200 characters a second, by 5 clients in turn, whether or not the ones before were answered, to a
 * database of 1 GB; for ours while `ai-desk backup` copies it, until that has ended and for a second more, since the log
 * that grew meanwhile is taken in then.
 *
 * Counted: the longest that an answer took, and how much longer that is than the larger of 50 ms and twice the longest
 * before the backup.
 *
 * Instead of a floor: our server under the same load, with no backup.
 *
 * Target: not longer than that.
 */
export const backupWhileWriting: Row[] = [
  {
    name: "backup-while-writing",
    floorIs: "ours without a backup",
    rounds: 3,
    figures: [
      { name: "longest answer", unit: "ms" },
      { name: "beyond the bound", unit: "ms", targets: [{ of: "ours", is: "at most", bound: 0 }] },
      { name: "backup", unit: "s" },
    ],
    async ours(run) {
      const load = await startLoad(run);
      const before = await load.longestDuring(settle(run));
      const begun = performance.now();
      const copying = backUp(run.databaseFile);
      const seconds = copying.then(() => (performance.now() - begun) / 1000);
      const longest = await load.longestDuring(copying.then(() => wait(run.load(1000, { quick: 50 }))));
      await load.stop();
      const bound = Math.max(50, 2 * before);
      return {
        "longest answer": longest,
        "beyond the bound": Math.max(0, longest - bound),
        backup: await seconds,
      };
    },
    async floor(run): Promise<Findings> {
      const load = await startLoad(run);
      const longest = await load.longestDuring(settle(run));
      await load.stop();
      return { "longest answer": longest };
    },
  },
];

/** As long as a backup takes, about. */
function settle(run: Run): Promise<void> {
  return wait(run.load(8000, { quick: 100 }));
}

async function startLoad(run: Run): Promise<{
  longestDuring(work: Promise<unknown>): Promise<number>;
  stop(): Promise<void>;
}> {
  const messagesEach = run.load(700_000, { quick: 200 });
  const ids = await prefill(run.databaseFile, { sessions: writers, messagesEach, chars: 200 });
  const server = await run.startServer();
  let longest = 0;
  const asked = new Set<Promise<void>>();
  const timers = ids.map((id) => send(server.url, postRequest(`/api/sessions/${id}/messages`, message)));
  return {
    async longestDuring(work) {
      longest = 0;
      await run.measure(server, () => work);
      return longest;
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(asked);
    },
  };

  /** Each on a connection of its own, or on one that is free again. */
  function send(url: string, request: string): NodeJS.Timeout {
    const free: HttpConnection[] = [];
    async function ask(): Promise<void> {
      const begun = performance.now();
      const connection = free.pop() ?? (await HttpConnection.open(url));
      await connection.ask(request);
      longest = Math.max(longest, performance.now() - begun);
      free.push(connection);
    }
    return setInterval(() => {
      const answered = ask().finally(() => asked.delete(answered));
      asked.add(answered);
    }, sendIntervalMs);
  }
}

async function backUp(file: string): Promise<void> {
  const [command = "", ...args] = serverCommand();
  const child = spawn(command, [...args, "backup", `${file}.copy`], {
    env: { ...process.env, DATABASE_URL: `file:${file}` },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`The backup has ended with ${code}.`);
}
