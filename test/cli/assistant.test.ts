import { join } from "node:path";
import { expect, test } from "vitest";
import { readMessages, show } from "../assistant/assisted-session.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startRefused } from "../support/refused-start.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const shown = async (url: string): Promise<string[]> => (await readMessages(url)).map(show);

test("ASSISTANT_URL=demo: answers, goes on after a kill, and is stopped [ASSIST-6] [ASSIST-8]", async () => {
  const environment = {
    DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}`,
    ASSISTANT_URL: "demo:",
  };
  const first = await startServer(environment);
  await createSession(first.url, { id: "s" });
  await send(first.url, "s", "What is this?");
  const begun = /^assistant: You asked:\n\n> What is this\?[^]*\/streaming$/;
  await expect.poll(async () => (await shown(first.url))[1]).toMatch(begun);
  await first.stop("SIGKILL");
  const second = await startServer(environment);
  await expect.poll(async () => (await shown(second.url))[2]).toMatch(begun);
  expect((await shown(second.url))[1]).toMatch(/\/interrupted$/);
  await call(second.url, "POST", "/api/sessions/s/messages/key:reply:%231:2/stop");
  expect((await shown(second.url))[2]).toMatch(/\/stopped$/);
  expect(second.log).toContainEqual(expect.objectContaining({ model: "demo" }));
  expect((await second.stop()).code).toBe(0);
});

test("a setting of the assistant that cannot be used refuses the start, without the key [ASSIST-5]", async () => {
  const { code, stderr, log } = await startRefused({
    ASSISTANT_URL: "ftp://127.0.0.1",
    ASSISTANT_API_KEY: "sk-secret with a space",
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^ASSISTANT_URL takes the base URL .*\nASSISTANT_API_KEY takes a key of visible/);
  expect(stderr + JSON.stringify(log)).not.toContain("sk-secret");
});
