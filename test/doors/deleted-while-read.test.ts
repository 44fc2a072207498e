import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { get } from "node:http";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { fillSession } from "../support/fill-session.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { startServer } from "../support/start-server.ts";
import { join } from "node:path";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

type Read = { status: number | undefined; text: string; isWhole: boolean };

/** Begins to read an answer, lets `act` happen, and reads the rest. */
async function readSlowly(url: string, act: () => Promise<unknown>): Promise<Read> {
  const [response] = (await once(get(url), "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  await act();
  let text = "";
  response.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  await new Promise((closed) => response.on("close", closed));
  return { status: response.statusCode, text, isWhole: response.complete };
}

/** 9 MB, of which a client that does not read takes a part. */
const large = { count: 100, content: "x".repeat(90_000) };

test.each([
  ["/api/sessions/s", false],
  ["/api/sessions/s", true],
  ["/api/sessions/s/messages?limit=100", true],
  ["/api/sessions", true],
])(
  "%s is cut, and not short, where the session is deleted while it is read, and made anew: %s [LIFE-2]",
  async (path, again) => {
    const { url, databaseFile } = await startApp();
    await createSession(url, { id: "s" });
    fillSession(databaseFile, "s", large);
    const answer = await readSlowly(url + path, async () => {
      await call(url, "DELETE", "/api/sessions/s");
      if (!again) return;
      await createSession(url, { id: "s" });
      await send(url, "s", "of the new life");
    });
    expect(answer).toMatchObject({ status: 200, isWhole: false });
    expect(answer.text).not.toContain("of the new life");
  },
);

test("a session that is deleted before its turn in a list comes is not in it, nor empty [LIFE-3]", async () => {
  const { url, databaseFile } = await startApp();
  await createSession(url, { id: "oldest" });
  await send(url, "oldest", "kept");
  await createSession(url, { id: "deleted" });
  await send(url, "deleted", "gone");
  await createSession(url, { id: "newest" });
  fillSession(databaseFile, "newest", large);
  const answer = await readSlowly(`${url}/api/sessions`, () => call(url, "DELETE", "/api/sessions/deleted"));
  expect(answer).toMatchObject({ status: 200, isWhole: true });
  const sessions = JSON.parse(answer.text) as { id: string; messages: unknown[] }[];
  expect(sessions.map(({ id, messages }) => [id, messages.length])).toEqual([
    ["newest", 100],
    ["oldest", 1],
  ]);
});

test("a server that is killed in the middle of a deletion goes on with it, and shows none of it [DELETED-2]", async () => {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const settings = { DATABASE_URL: `file:${file}` };
  const first = await startServer(settings);
  await createSession(first.url, { id: "s" });
  fillSession(file, "s", { count: 40_000, content: "old" });
  expect((await call(first.url, "DELETE", "/api/sessions/s")).status).toBe(204);
  await first.stop("SIGKILL");
  expect(countMessages(file)).toBeGreaterThan(0);

  const second = await startServer(settings);
  expect((await fetch(`${second.url}/api/sessions/s`)).status).toBe(404);
  await createSession(second.url, { id: "s" });
  const kept = await send(second.url, "s", "of the new life");
  const read = await fetch(`${second.url}/api/sessions/s`);
  expect(await read.json()).toMatchObject({ messages: [kept] });
  await expect.poll(() => countMessages(file), { timeout: 20_000 }).toBe(1);
  expect(await (await fetch(`${second.url}/api/sessions/s`)).json()).toMatchObject({ messages: [kept] });
});

function countMessages(file: string): number {
  const database = new SqliteFile(file, { readonly: true });
  try {
    return database.prepare<[], number>("select count(*) from message").pluck().get() ?? -1;
  } finally {
    database.close();
  }
}
