import { expect, test } from "vitest";
import { openChat } from "../support/readers.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test("an address with a trailing slash is answered as the one without", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const { id } = await send(url, "s", "Hello");
  const paths = ["/api/sessions", "/api/sessions/s", "/api/sessions/s/messages", "/api/sessions/s/events"];
  for (const path of paths) {
    for (const query of ["", "?limit=5"]) {
      const [plain, slashed] = await Promise.all([
        fetch(url + path + query),
        fetch(`${url + path}/${query}`),
      ]);
      expect([slashed.status, await slashed.text()], path).toEqual([plain.status, await plain.text()]);
    }
  }
  const body = { title: "Renamed", content: "Edited", sender: "user" };
  for (const [method, path, status] of [
    ["POST", "/api/sessions/", 200],
    ["POST", "/api/sessions/s/messages/", 200],
    ["PATCH", "/api/sessions/s/", 200],
    ["PATCH", `/api/sessions/s/messages/${id}/`, 200],
    ["DELETE", `/api/sessions/s/messages/${id}/`, 204],
    ["DELETE", "/api/sessions/s/", 204],
    ["PUT", "/api/sessions/", 405],
    ["GET", "/api/nothing/", 404],
    ["GET", "/openapi.json/", 307],
  ] as const) {
    const sent = method === "GET" || method === "DELETE" ? undefined : body;
    const answer =
      status === 307 ? await fetch(url + path, { redirect: "manual" }) : await call(url, method, path, sent);
    expect([method, path, answer.status]).toEqual([method, path, status]);
  }
  expect((await fetch(`${url}/openapi.json/`)).status).toBe(200);
});

test("a WebSocket's address may have one too", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { frames, socket } = await openChat(wsUrl, "s", "/?after=0");
  await send(url, "s", "Hello");
  expect(await frames.count(1)).toMatchObject([{ message: { content: "Hello" } }]);
  socket.close();
});

test("two slashes are not one: the part between them is empty", async () => {
  const { url } = await startApp();
  expect((await fetch(`${url}/api/sessions//`)).status).toBe(400);
});
