import { realpathSync } from "node:fs";
import { join } from "node:path";
import { createSession } from "../support/rest.ts";
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

/** Records the real server from the first start on an empty folder, with concurrent senders through every door. */
export async function record(options: RecordOptions): Promise<Recording & { attempts: Attempt[] }> {
  const { synchronous, inject, root, withPlainWebSocket = true } = options;
  const folder = realpathSync(makeTemporaryFolder());
  const lives: Call[][] = [];
  const attempts: Attempt[] = [];
  for (const [life, { messages, end }] of options.lives.entries()) {
    const server = await startTracedServer(
      { DATABASE_URL: `file:${join(folder, "ai_desk.db")}`, SQLITE_SYNCHRONOUS: synchronous },
      { inject, root },
    );
    if (life === 0) await createSession(server.url, { id: "s" });
    const doors = (await openKeyedDoors(server)).filter(
      ({ name }) => withPlainWebSocket || name !== "plain WebSocket",
    );
    const keys = keysOf(`life${life}`, messages);
    const ended = new Promise(() => undefined);
    attempts.push(...(await sendUntilStored(doors, { sessionId: "s", keys, ended })));
    const trace = await server.endTrace(end);
    lives.push([...readTrace(trace)]);
  }
  return { folder, lives, attempts };
}
