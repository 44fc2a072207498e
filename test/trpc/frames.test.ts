import { expect, test } from "vitest";
import { Collector } from "../support/readers.ts";
import { startApp } from "../support/start-app.ts";

async function openTrpc(wsUrl: string) {
  const socket = new WebSocket(`${wsUrl}/trpc`);
  const answers = new Collector<unknown>();
  socket.addEventListener("message", ({ data }) => answers.add(JSON.parse(data as string)));
  const closed = new Promise<CloseEvent>((resolve) => {
    socket.addEventListener("close", resolve);
  });
  await new Promise((resolve) => {
    socket.addEventListener("open", resolve);
  });
  return { socket, answers, closed };
}

const good = JSON.stringify({ id: 99, method: "query", params: { path: "health" } });

test.each([
  ["null", "null"],
  ["a number", "5"],
  ["a string", '"hello"'],
  ["no JSON", "{"],
  ["nothing", ""],
  ["an empty object", "{}"],
  ["no id", '{"method":"query","params":{"path":"health"}}'],
  ["an unknown method", '{"id":1,"method":"dance","params":{"path":"health"}}'],
  ["no params", '{"id":1,"method":"query"}'],
  ["params that are null", '{"id":1,"method":"query","params":null}'],
  ["a path that is a number", '{"id":1,"method":"query","params":{"path":5}}'],
  ["an unknown path", '{"id":1,"method":"query","params":{"path":"__proto__"}}'],
  ["an array of nothings", "[null,5,[]]"],
  ["an array in an array", "[[[[]]]]"],
  ["a subscription to what is none", '{"id":1,"method":"subscription","params":{"path":"health"}}'],
  ["bytes", new Uint8Array([0, 255, 1])],
])(
  "a frame that is %s is answered with an error, and the next good one with its answer",
  async (_name, frame) => {
    const { wsUrl } = await startApp();
    const { socket, answers } = await openTrpc(wsUrl);
    socket.send(frame);
    socket.send(good);
    const got = await answers.until((items) => items.some((item) => (item as { id: unknown }).id === 99));
    expect(got.at(-1)).toMatchObject({ id: 99, result: { data: { status: "ok" } } });
    expect(got.length).toBeGreaterThan(1);
    for (const answer of got.slice(0, -1)) {
      expect(answer).toMatchObject({ error: { data: { httpStatus: expect.any(Number) as number } } });
      expect((answer as { error: { data: { httpStatus: number } } }).error.data.httpStatus).toBeLessThan(500);
    }
    socket.close();
  },
);

test("a frame that is too large closes the socket with 1009", async () => {
  const { wsUrl, url } = await startApp();
  const { socket, closed } = await openTrpc(wsUrl);
  socket.send("x".repeat(6 * 100_000 + 64 * 1024 + 1));
  expect((await closed).code).toBe(1009);
  expect((await fetch(url)).status).toBe(200);
});
