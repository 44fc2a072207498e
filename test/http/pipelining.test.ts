import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { BufferBudget } from "../../server/http/buffer-budget.ts";
import { createHttpServer } from "../../server/http/http-server.ts";
import { Collector } from "../support/readers.ts";

/** A server whose answers are left to the test. */
async function start(): Promise<{ url: string; begun: Collector<ServerResponse>; budget: BufferBudget }> {
  const begun = new Collector<ServerResponse>();
  const budget = new BufferBudget(1_000_000);
  const server = createHttpServer({
    budget,
    answer: (_request, response) => {
      begun.add(response);
      return Promise.resolve();
    },
    upgrade: () => Promise.resolve(),
    report: () => undefined,
    access: undefined,
    times: { idleTimeoutMs: 60_000, keepAliveMs: 60_000, headersMs: 60_000 },
    deadPeerMs: 60_000,
  });
  onTestFinished(() => server.close());
  return { url: await server.listen({ host: "127.0.0.1", port: 0 }), begun, budget };
}

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const request = "GET /PATH HTTP/1.1\r\nHost: x\r\n\r\n";

test("of requests that come together the next begins when the answer before is out [SLOW-7]", async () => {
  const { url, begun } = await start();
  const socket = await open(url);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const paths = Array.from({ length: 20 }, (_, index) => `${index}`);
  socket.write(paths.map((path) => request.replace("PATH", path)).join(""));
  for (const path of paths) {
    const [response] = (await begun.count(Number(path) + 1)).slice(-1);
    expect(begun.items).toHaveLength(Number(path) + 1);
    response?.end(`answer ${response.req.url};`);
  }
  await expect.poll(() => text.match(/answer \/\d+;/g)).toEqual(paths.map((path) => `answer /${path};`));
});

test("what waits behind an answer counts, and is let go with its connection [SLOW-7]", async () => {
  const { url, begun, budget } = await start();
  const socket = await open(url);
  socket.write(request.repeat(100));
  await begun.count(1);
  await expect.poll(() => budget.bytes).toBeGreaterThan(100_000);
  socket.destroy();
  // A connection that is not read tells of its end when it is written to.
  await expect
    .poll(() => {
      for (const response of begun.items) response.end("x".repeat(10_000));
      return budget.bytes;
    })
    .toBe(0);
});

test("a client that takes less than 64 KiB in a while is cut, and none that takes more [SLOW-2]", async () => {
  const begun = new Collector<ServerResponse>();
  const server = createHttpServer({
    budget: new BufferBudget(100_000_000),
    answer: (_request, response) => {
      begun.add(response);
      response.end(Buffer.alloc(50_000_000));
      return Promise.resolve();
    },
    upgrade: () => Promise.resolve(),
    report: () => undefined,
    access: undefined,
    times: { idleTimeoutMs: 1000, keepAliveMs: 60_000, headersMs: 60_000 },
    deadPeerMs: 60_000,
  });
  onTestFinished(() => server.close());
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const closed = new Collector<string | undefined>();
  const [slow, steady] = [await open(url), await open(url)];
  slow.pause().write(request.replace("PATH", "slow"));
  steady.pause().write(request.replace("PATH", "steady"));
  for (const response of await begun.count(2)) response.on("close", () => closed.add(response.req.url));
  const reading = setInterval(() => {
    slow.read(100);
    steady.read();
  }, 10);
  expect(await closed.count(1)).toEqual(["/slow"]);
  clearInterval(reading);
});
