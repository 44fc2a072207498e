import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { createContext, runInContext } from "node:vm";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { WebSocket as WsWebSocket } from "ws";
import { bundle, bundleTabPage } from "../../support/bundle.ts";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import { startGateway } from "../../support/gateway.ts";
import { makeSession } from "../../support/make-session.ts";
import { Collector } from "../../support/readers.ts";
import { fetchNodes, noNodesHere } from "../../support/real-nodes.ts";
import { startApp } from "../../support/start-app.ts";
import type * as TabPage from "../../support/tab-page.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../../..");

test.each([
  ["a WebSocket", "pass", { stream: true }],
  ["event streams", "refuse", { stream: true }],
  ["polls, where answers have no streams as in React Native", "refuse", { stream: false }],
] as const)(
  "a platform with nothing but timers, fetch and a WebSocket is served by %s",
  async (_, sockets, { stream }) => {
    const { url } = await startApp();
    const gateway = await startGateway(url, { sockets });
    const { sessionId, say } = await makeSession(url);
    await say("before");
    const statuses = new Collector<string>();
    const contents = new Collector<string>();
    const context = createContext({
      setTimeout,
      clearTimeout,
      setInterval,
      clearInterval,
      AbortController,
      TextDecoder,
      queueMicrotask,
      WebSocket: WsWebSocket,
      async fetch(...args: Parameters<typeof fetch>) {
        const answer = await fetch(...args);
        if (!stream) Object.defineProperty(answer, "body", { value: undefined });
        return answer;
      },
    });
    runInContext(await bundleTabPage(), context);
    const chat = runInContext("Chat", context) as typeof TabPage;
    const tab = chat.openTab({ url: gateway.url }, { firstByteMs: 300, retryMs: 1 }, sessionId, undefined, {
      onStatus: statuses.add,
      onContent: contents.add,
    });
    await statuses.until((items) => items.at(-1) === "live");
    await say("after");
    await contents.count(2);
    await tab.close();
    expect(contents.items).toEqual(["before", "after"]);
  },
);

const program = (url: string, sessionId: string, isOfWs: boolean): string => `
import { WebSocket as OfWs } from ${JSON.stringify(join(root, "node_modules/ws/wrapper.mjs"))};
const tab = openTab({ url: ${JSON.stringify(url)}${isOfWs ? ", WebSocket: OfWs" : ""} }, {},
  ${JSON.stringify(sessionId)}, undefined, { onContent: (content) => console.log(content) });
process.stdin.once("data", () => {
  process.stdin.destroy();
  void tab.close();
});
`;

const versions = ["20.20.2", "22.23.5"];
const folder = mkdtempSync(join(tmpdir(), "ai-desk-nodes-"));
let nodes: Map<string, string> | undefined;
beforeAll(async () => {
  if (noNodesHere === undefined) nodes = await fetchNodes(folder, versions);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.for([
  ["20.20.2", "that of ws"],
  ["22.23.5", "that of ws"],
  ["22.23.5", "the platform's"],
] as const)(
  "Node %s runs it with a WebSocket (%s), and ends by itself when the peer is gone",
  async ([version, whose], context) => {
    const node = nodes?.get(version) ?? context.skip(noNodesHere ?? "the registry of npm cannot be reached");
    const { url } = await startApp();
    const proxy = await startFaultyProxy(url);
    const { sessionId, say } = await makeSession(url);
    await say("hello");
    const file = join(makeTemporaryFolder(), "program.mjs");
    const code = await bundle("tab-page.ts", "es");
    writeFileSync(file, code + program(proxy.url, sessionId, whose === "that of ws"));
    const child = spawn(node, [file], { stdio: ["pipe", "pipe", "inherit"] });
    const exit = once(child, "exit");
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    proxy.silence();
    child.stdin.write("close\n");
    expect([line, await exit]).toEqual(["hello", [0, null]]);
  },
);
