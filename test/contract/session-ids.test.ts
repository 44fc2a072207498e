import { expect, onTestFinished, test } from "vitest";
import type { Message } from "../../client-sdk/src/index.ts";
import { openDoors } from "../support/doors.ts";
import { openChat } from "../support/readers.ts";
import { sendRaw } from "../support/raw-request.ts";
import { createHttpClient, createSocketClient } from "../support/trpc-clients.ts";
import { call, createSession, documented, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const goodIds = [
  "123",
  "a b",
  " ",
  "naïve",
  "nai\u0308ve",
  "日本",
  "😀",
  "👩‍👩‍👧",
  "100%",
  "%",
  "%20",
  "%2F",
  "q?x=1&y#z",
  "a/b",
  "../../etc/passwd",
  "a\\b",
  "a+b",
  "a;b=c",
  "a:b@c",
  "'",
  '"',
  '"quoted"',
  `"quoted" and 'quoted'`,
  "'; DROP TABLE message; --",
  "' OR '1'='1",
  "<script>alert(1)</script>",
  "...",
  ".a",
  "..a",
  "a.",
  "%2e",
  "%2E%2e",
  "{session_id}",
  "messages",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "0",
  "-1",
  "1e9",
  "\u200f",
  "x".repeat(128),
  "日".repeat(128),
  "😀".repeat(128),
];

test("any id of 1–128 characters without control characters works through every door, and is the same session", async () => {
  const app = await startApp();
  const doors = await openDoors(app);
  const client = createHttpClient(app.url);
  const { client: overSocket, close } = createSocketClient(app.wsUrl);
  onTestFinished(close);
  for (const id of goodIds) {
    expect.soft((await createSession(app.url, { id })).id).toBe(id);
    const reader = await openChat(app.wsUrl, id);
    for (const door of doors) {
      const outcome = await door.send(id, { content: door.name, sender: "user" });
      expect.soft(outcome, `${id} by ${door.name}`).toMatchObject({
        message: { session_id: id, content: door.name },
      });
    }
    const seen = await reader.frames.count(doors.length);
    expect
      .soft(seen.map(({ session_id, message }) => [session_id, message?.content]))
      .toEqual(doors.map(({ name }) => [id, name]));
    reader.socket.close();
    const session = await readSession(app.url, id);
    expect.soft([session.id, session.messages.length], id).toEqual([id, doors.length]);
    for (const each of [client, overSocket]) {
      const { messages, ...head } = await each.session.get.query({ session_id: id });
      expect.soft({ ...head, messages: messages.map(documented) }).toEqual(session);
    }
    const path = `/api/sessions/${encodeURIComponent(id)}`;
    const page = await fetch(`${app.url}${path}/messages`);
    expect.soft(((await page.json()) as Message[]).map(documented), id).toEqual(session.messages);
    const [first] = session.messages;
    expect
      .soft((await call(app.url, "PATCH", `${path}/messages/${first?.id}`, { content: "!" })).status)
      .toBe(200);
    expect.soft((await call(app.url, "DELETE", `${path}/messages/${first?.id}`)).status).toBe(204);
    expect.soft((await call(app.url, "PATCH", path, { title: "T" })).status).toBe(200);
  }
  const all = (await (await fetch(`${app.url}/api/sessions`)).json()) as { id: string }[];
  expect(all.map(({ id }) => id)).toEqual(goodIds.toReversed());
  for (const id of goodIds) {
    expect
      .soft((await call(app.url, "DELETE", `/api/sessions/${encodeURIComponent(id)}`)).status, id)
      .toBe(204);
  }
  expect(await (await fetch(`${app.url}/api/sessions`)).json()).toEqual([]);
});

test("the next page's address can be followed for any id, however its client wrote it", async () => {
  const { url } = await startApp();
  for (const [id, path] of [
    ["a>b", "a>b"],
    ["a>c", "a%3Ec"],
    ['"<a>", rel=prev', "%22%3Ca%3E%22,%20rel=prev"],
    ["q?x=1&y#z", "q%3Fx=1&y%23z"],
    ["a/b;c", "a%2Fb;c"],
    ["日本", encodeURIComponent("日本")],
  ] as const) {
    await createSession(url, { id });
    for (const content of ["one", "two", "three"]) await send(url, id, content);
    const target = `/api/sessions/${path}/messages?limit=2&x=%3E`;
    const head = `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
    const link = (await sendRaw(url, head)).headers["link"] ?? "";
    const next = /^<([^<>]*)>; rel="next"$/.exec(link)?.[1] ?? "none";
    const answer = await fetch(new URL(next, url + target));
    expect
      .soft([answer.status, await answer.json(), answer.headers.get("link")], link)
      .toMatchObject([200, [{ session_id: id, content: "three" }], null]);
  }
});

test("ids that only look alike are different sessions", async () => {
  const { url } = await startApp();
  for (const id of ["a", "A", "naïve", "nai\u0308ve", "a b", "a+b", "a%20b", "a ", "%61"]) {
    expect.soft((await createSession(url, { id })).id).toBe(id);
  }
});
