import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { listProcedures } from "../../server/trpc/fast-path/invoke-procedure.ts";
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
  for (const path of ["events", "events/stream"]) {
    expect(await refusalOf(`${url}/api/sessions/s/${path}?after=${long}`)).toEqual(["after", 400]);
    expect(await refusalOf(`${url}/api/sessions/s/${path}?lastEventId=${long}`)).toEqual([
      "lastEventId",
      400,
    ]);
    expect(await refusalOf(`${url}/api/sessions/s/${path}`, long)).toEqual(["lastEventId", 400]);
    expect(await refusalOf(`${url}/api/sessions/s/${path}?after=0`, veryLong)).toEqual(["lastEventId", 400]);
  }
  for (const query of [`after=${long}`, `last_event_id=${long}`]) {
    const refused = new WebSocket(`${wsUrl}/ws/s?events=all&${query}`);
    const [error] = (await once(refused, "error")) as [Error];
    expect(error.message).toContain("400");
  }
  const input = encodeURIComponent('{"session_id":"s"}');
  for (const path of [`session.onEvent?input=${input}`, "session.onListEvent"]) {
    const stream = await fetch(`${url}/trpc/${path}`, { headers: { "last-event-id": veryLong } });
    expect(await stream.text()).toMatch(/event: serialized-error\ndata: .*"code":"BAD_REQUEST"/);
  }
});

const veryLong = "x".repeat(15_000);

/** The field that is refused, and the status. */
async function refusalOf(address: string, lastEventId = ""): Promise<[unknown, number]> {
  const answer = await fetch(address, { headers: { "last-event-id": lastEventId } });
  const { issues } = (await answer.json()) as { issues?: { path: string[]; message: string }[] };
  expect(issues?.map(({ message }) => message)).toEqual([
    "must be a position, which has at most 255 characters",
  ]);
  return [issues?.[0]?.path[0], answer.status];
}
