import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { answerStatic } from "../../server/http/static-file.ts";
import { createChatPage } from "../../server/pages/chat-page.ts";
import { startApp } from "../support/start-app.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

/** A server of the files that are built into that folder. */
async function serveBuilt(folder: string): Promise<string> {
  const pages = createChatPage(folder);
  const server = createServer((request, response) => {
    const file = pages.find(request.url ?? "");
    if (file) void answerStatic(request, response, file);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

function build(folder: string): void {
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Chat</title>");
  writeFileSync(join(folder, "assets/page-1.js"), "export {};");
}

test("the page is at /app and its files below it, and no path leads out of their folder", async () => {
  const folder = join(makeTemporaryFolder(), "dist");
  build(folder);
  writeFileSync(join(folder, "../secret.txt"), "secret");
  const url = await serveBuilt(folder);
  const page = await fetch(`${url}/app`, { redirect: "manual" });
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(page.headers.get("content-security-policy")).toContain("script-src 'self';");
  expect(await page.text()).toContain("<title>Chat</title>");
  const script = await fetch(`${url}/app/assets/page-1.js`);
  expect([script.status, script.headers.get("content-type")]).toEqual([
    200,
    "text/javascript; charset=utf-8",
  ]);
  for (const path of ["/app/", "/app/index.html", "/app/assets", "/app/..%2fsecret.txt", "/application"]) {
    expect((await fetch(url + path)).status, path).toBe(404);
  }
});

test("without built files the page says how to build them, and is there once they are built", async () => {
  const folder = join(makeTemporaryFolder(), "dist");
  const url = await serveBuilt(folder);
  const missing = await fetch(`${url}/app`);
  expect([missing.status, missing.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
  expect(await missing.text()).toContain("npm run build:page");
  build(folder);
  expect((await fetch(`${url}/app`)).status).toBe(200);
});

test("/ leads a browser to the page, and answers everything else with the health check", async () => {
  const { url } = await startApp();
  const ask = (accept: string, method = "GET") =>
    fetch(url, { method, headers: { accept }, redirect: "manual" });
  for (const accept of ["text/html", "text/html,application/xhtml+xml,*/*;q=0.8", "TEXT/HTML;q=0.1"]) {
    for (const method of ["GET", "HEAD"]) {
      const { status, headers } = await ask(accept, method);
      // Relative to `/`, and to the path prefix of a proxy.
      expect([status, headers.get("location"), headers.get("vary")]).toEqual([307, "app", "Accept"]);
    }
  }
  for (const accept of ["*/*", "application/json", "application/json, text/html;q=0.9", "text/html;q=0"]) {
    const answer = await ask(accept);
    expect([answer.status, answer.headers.get("vary")]).toEqual([200, "Accept"]);
    expect(await answer.json()).toEqual({ status: "ok", name: "AI Desk" });
  }
});
