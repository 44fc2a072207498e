import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import { followSession, openLine } from "../../support/line-reader.ts";
import { makeSession } from "../../support/make-session.ts";
import { startServer } from "../../support/start-server.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../../..");

test.each(["SIGKILL", "SIGTERM"] as const)(
  "a server that ends by %s and starts again is followed on, with all that was written in between [LINE-3] [LINE-6]",
  async (signal) => {
    const environment = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "desk.db")}` };
    const first = await startServer(environment);
    const proxy = await startFaultyProxy(first.url);
    const { sessionId, say } = await makeSession(first.url);
    const { line } = openLine({ url: proxy.url }, { timing: { retryMs: 20, maxRetryMs: 20 } });
    const reader = followSession(line, sessionId);
    await reader.untilLive();
    await say("before");
    await reader.untilContent("before");
    await first.stop(signal);
    await reader.statuses.until((items) => items.at(-1) === "offline");
    const second = await startServer(environment);
    const { createClient } = await import("../../../client-sdk/src/index.ts");
    const add = (content: string): Promise<unknown> =>
      createClient({ url: second.url }).message.add.mutate({
        session_id: sessionId,
        content,
        sender: "user",
      });
    await add("missed");
    proxy.aim(second.url);
    await reader.untilLive();
    await add("new");
    await reader.untilContent("new");
    expect(reader.contents()).toEqual(["before", "missed", "new"]);
    expect(reader.refusals.items).toEqual([]);
  },
);

const program = (url: string, sessionId: string, isOfWs: boolean): string => `
import { createLine } from ${JSON.stringify(join(root, "client-sdk/src/chat/create-line.ts"))};
import { WebSocket as OfWs } from ${JSON.stringify(join(root, "node_modules/ws/wrapper.mjs"))};
const { line } = createLine({ url: ${JSON.stringify(url)}${isOfWs ? ", WebSocket: OfWs" : ""} },
  { timing: { pingIntervalMs: 100, pongTimeoutMs: 100, idleMs: 1 } });
const end = line.followSession({ sessionId: ${JSON.stringify(sessionId)}, limit: 50, maxMissed: 500 }, {
  position: () => undefined,
  take() {},
  onRefused: console.log,
  onStatus: console.log,
});
process.stdin.once("data", () => {
  end();
  process.stdin.destroy();
});
`;

function run(source: string): ChildProcessWithoutNullStreams {
  const file = join(makeTemporaryFolder(), "program.ts");
  writeFileSync(file, source);
  const child = spawn(process.execPath, [file]);
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}

test.each([
  ["the platform's WebSocket", "dropped as dead", false],
  ["the WebSocket of ws", "dropped as dead", true],
  ["the platform's WebSocket", "closed for want of followers", false],
  ["the WebSocket of ws", "closed for want of followers", true],
])("%s that was %s keeps no process alive when its peer is gone", async (_, how, isOfWs) => {
  const server = await startServer();
  const proxy = await startFaultyProxy(server.url);
  const { sessionId } = await makeSession(server.url);
  const child = run(program(proxy.url, sessionId, isOfWs));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exit = once(child, "exit");
  const until = async (status: string): Promise<void> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done || value === status) return;
    }
  };
  await until("live");
  proxy.treatment = "refuse";
  proxy.silence();
  if (how === "dropped as dead") await until("offline");
  child.stdin.write("end\n");
  expect(await exit).toEqual([0, null]);
});
