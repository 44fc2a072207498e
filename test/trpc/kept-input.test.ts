import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { listProcedures } from "../../server/trpc/call-procedure.ts";
import { appRouter } from "../../server/trpc/router.ts";
import { createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { openTrpcSocket } from "../support/trpc-wire.ts";

test.each(["session.onEvent", "session.get", "message.add"])(
  "of what is sent to %s no more is kept than it takes [LIMIT-6]",
  async (path) => {
    const procedure = listProcedures(appRouter).get(path);
    const input = { session_id: "s", content: "x", sender: "user", more: [[]] };
    const unknown = new WeakRef(input.more);
    const run = procedure?.prepare(() => input);
    input.more = [];
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await expect
      .poll(() => {
        collect();
        return unknown.deref() === undefined;
      })
      .toBe(true);
    expect(run).toBeTypeOf("function");
  },
);

const long = "x".repeat(256);

test("the id of a call over a socket has a greatest length [LIMIT-6]", async () => {
  const { wsUrl } = await startApp();
  const { socket, frames } = await openTrpcSocket(wsUrl);
  socket.send(JSON.stringify({ id: long, method: "query", params: { path: "health" } }));
  socket.send(JSON.stringify({ id: long.slice(1), method: "query", params: { path: "health" } }));
  const [refused, answered] = await frames.count(2);
  expect(refused).toMatchObject({ id: null, error: { data: { code: "BAD_REQUEST" } } });
  expect(answered).toMatchObject({ id: long.slice(1), result: { data: { status: "ok" } } });
  socket.close();
});

test("a position has a greatest length at every door that takes one [LIMIT-6]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { call, socket, frames } = await openTrpcSocket(wsUrl);
  for (const [path, input] of [
    ["session.onEvent", { session_id: "s", lastEventId: long }],
    ["session.onListEvent", { lastEventId: long }],
  ] as const) {
    await call("subscription", path, input);
    expect(frames.items.at(-1)).toMatchObject({ error: { data: { code: "BAD_REQUEST" } } });
  }
  socket.close();
  expect((await fetch(`${url}/api/sessions/s/events?after=${long}`)).status).toBe(400);
});
