import { renameSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { createSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";

async function ask({ url }: RunningApp, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url + path);
  return { status: answer.status, body: await answer.json() };
}

const healthy = { status: 200, body: { status: "ok", name: "AI Desk" } };

/** Resolves when the server says that it is not ready, with what it says. */
async function untilUnready(app: RunningApp): Promise<unknown> {
  let last: { status: number; body: unknown } | undefined;
  await expect.poll(async () => (last = await ask(app, "/health/ready")).status).toBe(503);
  return last?.body;
}

test("a server that reads and writes its database is live and ready", async () => {
  const app = await startApp();
  for (const path of ["/health/live", "/health/ready", "/health/ready/"]) {
    expect(await ask(app, path)).toEqual(healthy);
  }
});

test("asking whether the server is ready leaves nothing in the database", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  expect(await ask(app, "/health/ready")).toEqual(healthy);
  expect(await ask(app, "/api/sessions?messages=none")).toMatchObject({ body: [{ id: "s" }] });
  expect(await send(app.url, "s", "Hello")).toMatchObject({ id: 1 });
});

test("a server whose tables are broken is live and not ready, and is ready again when they are mended", async () => {
  const app = await startApp({ expectsFailures: true });
  const other = new Database(app.databaseFile);
  other.exec("alter table message rename to gone");
  expect(await untilUnready(app)).toMatchObject({
    code: "SERVICE_UNAVAILABLE",
    message: expect.stringContaining("log") as string,
  });
  expect(await ask(app, "/health/live")).toEqual(healthy);
  other.exec("alter table gone rename to message");
  other.close();
  await expect.poll(() => ask(app, "/health/ready")).toEqual(healthy);
});

test("a server whose file was moved away is live and not ready, with a Retry-After", async () => {
  const app = await startApp({ expectsFailures: true });
  renameSync(app.databaseFile, `${app.databaseFile}.moved`);
  expect(await untilUnready(app)).toMatchObject({
    code: "SERVICE_UNAVAILABLE",
    message: expect.stringContaining("moved") as string,
  });
  expect((await fetch(`${app.url}/health/ready`)).headers.get("retry-after")).toMatch(/^\d+$/);
  expect(await ask(app, "/health/live")).toEqual(healthy);
  renameSync(`${app.databaseFile}.moved`, app.databaseFile);
  await expect.poll(() => ask(app, "/health/ready")).toEqual(healthy);
});
