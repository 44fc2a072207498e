import { expect, test } from "vitest";
import { textsWithoutMessage } from "../doors/bad-messages.ts";
import { call } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test.each([
  ["a title that is a number", { title: 5 }, "title"],
  ["a title that is too long", { title: "x".repeat(1001) }, "title"],
  ["a title with NUL", { title: "a\0" }, "title"],
  ["a created_at that is none", { created_at: "soon" }, "created_at"],
  ["an id that is a number", { id: 5 }, "id"],
])("a session with %s is not made", async (_name, body, field) => {
  const { url } = await startApp();
  const answer = await call(url, "POST", "/api/sessions", body);
  expect([answer.status, await answer.json()]).toMatchObject([400, { issues: [{ path: [field] }] }]);
  expect(await (await fetch(`${url}/api/sessions`)).json()).toEqual([]);
});

test("no session is made from a text that is no JSON object", async () => {
  const { url } = await startApp();
  for (const { text, refusal } of textsWithoutMessage) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/api/sessions`, { method: "POST", headers, body: text });
    expect
      .soft([answer.status, await answer.json()], text.slice(0, 20))
      .toMatchObject([400, { code: "BAD_REQUEST", message: expect.stringMatching(refusal) as string }]);
  }
  expect(await (await fetch(`${url}/api/sessions`)).json()).toEqual([]);
});
