import { describe, expect, test } from "vitest";
import { openDoors } from "../support/doors.ts";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

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

/** An address cannot hold a lone surrogate or nothing at all, and the client of this test folds dots away. */
function isInAddress(id: string): boolean {
  return id.isWellFormed() && !/^[.]*$/.test(id);
}

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
      const able = isInAddress(id) ? doors : doors.filter(({ name }) => name.startsWith("tRPC"));
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

test.each(badIds.filter(([, id]) => typeof id === "string"))(
  "a session whose id is %s is refused where it is read, over REST and over tRPC",
  async (_fault, id) => {
    const { url } = await startApp();
    const overTrpc = await callTrpc(url, "session.get", { input: { session_id: id }, query: true });
    expect([overTrpc.status, overTrpc.body]).toMatchObject([
      400,
      { error: { data: { code: "BAD_REQUEST" } } },
    ]);
    if (!isInAddress(id as string)) return;
    const overRest = await fetch(`${url}/api/sessions/${encodeURIComponent(id as string)}`);
    expect([overRest.status, await overRest.json()]).toMatchObject([400, { code: "BAD_REQUEST" }]);
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
