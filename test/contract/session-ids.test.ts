import { describe, expect, onTestFinished, test } from "vitest";
import type { Message } from "../../client-sdk/src/index.ts";
import { openDoors } from "../support/doors.ts";
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

/** The fault, the id, and a word of the error. */
const badIds: [string, unknown, RegExp][] = [
  ["empty", "", /empty/],
  ["a dot", ".", /path/],
  ["two dots", "..", /path/],
  ["too long", "x".repeat(129), /128/],
  ["too long in surrogate pairs", "😀".repeat(129), /128/],
  ["a NUL", "a\0b", /control/],
  ["a newline", "a\nb", /control/],
  ["a tab", "\t", /control/],
  ["DEL", "a\u007f", /control/],
  ["a C1 control", "a\u0085", /control/],
  ["a lone surrogate", "a\ud800", /surrogate/],
  ["a number", 123, /string/],
  ["an array", ["a"], /string/],
  ["an object", { id: "a" }, /string/],
];

test("any id of 1–128 characters without control characters works through every door, and is the same session", async () => {
  const app = await startApp();
  const doors = await openDoors(app);
  const client = createHttpClient(app.url);
  const { client: overSocket, close } = createSocketClient(app.wsUrl);
  onTestFinished(close);
  for (const id of goodIds) {
    expect.soft((await createSession(app.url, { id })).id).toBe(id);
    for (const door of doors) {
      const outcome = await door.send(id, { content: door.name, sender: "user" });
      expect.soft(outcome, `${id} by ${door.name}`).toMatchObject({
        message: { session_id: id, content: door.name },
      });
    }
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

describe.each(badIds)("an id that is %s", (_fault, id, words) => {
  test("makes no session [INPUT-3]", async () => {
    const { url } = await startApp();
    const answer = await call(url, "POST", "/api/sessions", { id });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      {
        code: "BAD_REQUEST",
        message: expect.stringMatching(words) as string,
        issues: expect.arrayContaining([expect.objectContaining({ path: ["id"] })]) as unknown[],
      },
    ]);
    const overTrpc = await call(url, "POST", "/trpc/session.create", { id });
    expect([overTrpc.status, await overTrpc.json()]).toMatchObject([
      400,
      {
        error: {
          message: expect.stringMatching(words) as string,
          data: { issues: expect.arrayContaining([expect.objectContaining({ path: ["id"] })]) as unknown[] },
        },
      },
    ]);
    expect(await (await fetch(`${url}/api/sessions`)).json()).toEqual([]);
    expect((await createSession(url, { id: "good" })).id).toBe("good");
  });
});

describe.each(badIds.filter((row): row is [string, string, RegExp] => typeof row[1] === "string"))(
  "an id that is %s",
  (_fault, id, words) => {
    test("is refused by every door", async () => {
      const app = await startApp();
      await createSession(app.url, { id: "good" });
      const doors = await openDoors(app);
      // An address cannot hold a lone surrogate or nothing at all, and the client of this test folds dots away.
      const isInAddress = id.isWellFormed() && !/^[.]*$/.test(id);
      const able = isInAddress ? doors : doors.filter(({ name }) => name.startsWith("tRPC"));
      for (const door of able) {
        expect.soft(await door.send(id, { content: "Hello", sender: "user" }), door.name).toMatchObject({
          error: {
            code: "BAD_REQUEST",
            httpStatus: 400,
            message: expect.stringMatching(words) as string,
            issues: expect.arrayContaining([expect.objectContaining({ path: ["session_id"] })]) as unknown[],
          },
        });
        const next = await door.send("good", { content: "Hello", sender: "user" });
        expect.soft(next, door.name).toMatchObject({ message: { content: "Hello" } });
      }
    });
  },
);

test("a session that is not there is NOT_FOUND by every door", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "good" });
  for (const door of await openDoors(app)) {
    for (const id of ["nobody", "Good", "good ", "messages", "__proto__", "constructor"]) {
      const outcome = await door.send(id, { content: "Hello", sender: "user" });
      expect.soft(outcome, `${id} by ${door.name}`).toEqual({
        error: { code: "NOT_FOUND", httpStatus: 404, message: `There is no session ${JSON.stringify(id)}.` },
      });
    }
    expect.soft(await door.send("good", { content: "Hello", sender: "user" })).toMatchObject({ message: {} });
  }
});
