import { describe, expect, test } from "vitest";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

/** The address of an app with the session `s`. */
async function prepare(): Promise<string> {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  return url;
}

describe("the query and the path of an address are parsed", () => {
  test.each([
    ["/api/sessions?limit=abc", "limit"],
    ["/api/sessions?limit=-1", "limit"],
    ["/api/sessions?limit=0", "limit"],
    ["/api/sessions?limit=501", "limit"],
    ["/api/sessions?limit=1e9", "limit"],
    ["/api/sessions?limit=1.5", "limit"],
    ["/api/sessions?limit=", "limit"],
    ["/api/sessions?limit=1&limit=2", "limit"],
    ["/api/sessions?cursor=abc", "cursor"],
    ["/api/sessions?cursor=-1", "cursor"],
    ["/api/sessions?messages=some", "messages"],
    ["/api/sessions?x=%", "query"],
    ["/api/sessions?x=%e0%a4%a", "query"],
    ["/api/sessions/s/messages?before=abc", "before"],
    ["/api/sessions/s/messages?before=", "before"],
    ["/api/sessions/s/messages?cursor=abc", "cursor"],
    ["/api/sessions/s/messages?cursor=--1", "cursor"],
    ["/api/sessions/s/messages?after=99999999999999999999", "after"],
    ["/api/sessions/s/messages/abc", "message_id"],
    ["/api/sessions/s/messages/1.5", "message_id"],
    ["/api/sessions/s/messages/9007199254740992", "message_id"],
    ["/api/sessions//messages/1", "session_id"],
  ])("%s is refused, and the refusal names %s", async (path, blamed) => {
    const url = await prepare();
    const answer = await call(url, path.includes("/messages/") ? "DELETE" : "GET", path);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { code: "BAD_REQUEST", message: expect.stringContaining(blamed) as string },
    ]);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "a%5Bb%5D", "%00", ""])(
    "a name in the query that is not known is ignored: %j",
    async (name) => {
      const url = await prepare();
      const answer = await fetch(`${url}/api/sessions?${name}=1&limit=1`);
      expect([answer.status, await answer.json()]).toMatchObject([200, [{ id: "s" }]]);
    },
  );
});
