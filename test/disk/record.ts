import { realpathSync } from "node:fs";
import { join } from "node:path";
import { createSession } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Recording } from "./crash-images.ts";
import { openKeyedDoors } from "./keyed-doors.ts";
import type { Call } from "./read-trace.ts";
import { readTrace } from "./read-trace.ts";
import type { Attempt } from "./senders.ts";
import { keysOf, sendUntilStored } from "./senders.ts";
import type { Injection } from "./strace.ts";
import { startTracedServer } from "./strace.ts";

export type RecordOptions = {
  synchronous: "full" | "normal";
  /** The successive lives of the server: the number of messages that it is sent, and the signal that ends it. */
  lives: { messages: number; end: NodeJS.Signals }[];
  /** The plain WebSocket answers with an event, so it does not answer if the event is published too early. */
  withPlainWebSocket?: boolean;
  inject?: Injection;
  root?: string;
};

type Life = { end: NodeJS.Signals; work: (server: RunningServer) => Promise<void> };

type Product = Pick<RecordOptions, "synchronous" | "inject" | "root">;

/** Records the real server from the first start on an empty folder: in each life it does some work, and is ended. */
export async function recordLives(
  lives: readonly Life[],
  { synchronous, inject, root }: Product,
): Promise<Recording> {
  const folder = realpathSync(makeTemporaryFolder());
  const recorded: Call[][] = [];
  for (const [life, { end, work }] of lives.entries()) {
    const server = await startTracedServer(
      {
        DATABASE_URL: `file:${join(folder, "ai_desk.db")}`,
        SQLITE_SYNCHRONOUS: synchronous,
        // A traced server is slow: no lease ends meanwhile.
        REPLY_LEASE_SECONDS: "3600",
      },
      { inject, root },
    );
    if (life === 0) await createSession(server.url, { id: "s" });
    await work(server);
    recorded.push([...readTrace(await server.endTrace(end))]);
  }
  return { folder, lives: recorded };
}

/** Records concurrent senders through every door. */
export async function record(options: RecordOptions): Promise<Recording & { attempts: Attempt[] }> {
  const { withPlainWebSocket = true } = options;
  const attempts: Attempt[] = [];
  const lives = options.lives.map(({ messages, end }, life): Life => ({
    end,
    async work(server) {
      const doors = (await openKeyedDoors(server)).filter(
        ({ name }) => withPlainWebSocket || name !== "plain WebSocket",
      );
      const keys = keysOf(`life${life}`, messages);
      const ended = new Promise(() => undefined);
      attempts.push(...(await sendUntilStored(doors, { sessionId: "s", keys, ended })));
    },
  }));
  return { ...(await recordLives(lives, options)), attempts };
}
