import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answerStatic } from "../../server/http/static-file.ts";
import { buildChatPage } from "../../server/pages/build-chat-page.ts";
import { createChatPage } from "../../server/pages/chat-page.ts";
import { startOtherServer } from "../support/other-server.ts";
import { startApp } from "../support/start-app.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

/** A server of the files that are built into that folder. */
async function serveBuilt(folder: string, make = () => Promise.resolve()): Promise<string> {
  const pages = createChatPage({ stopping: new AbortController().signal, folder, build: make });
  return startOtherServer((request, response) => {
    const file = pages.find(request.url ?? "");
    if (file) void answerStatic(request, response, file);
    else response.writeHead(404).end();
  });
}

/** A program that never ends by itself. */
function hangingScript(): string {
  const script = join(makeTemporaryFolder(), "hang.js");
  writeFileSync(script, "setInterval(() => undefined, 1000);");
  return script;
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

test("without built files the page is built, once and apart, and loads by itself when it is there", async () => {
  const folder = join(makeTemporaryFolder(), "dist");
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  let builds = 0;
  const url = await serveBuilt(folder, () => {
    builds += 1;
    return promise;
  });
  for (let count = 0; count < 2; count += 1) {
    const early = await fetch(`${url}/app`);
    expect([early.status, early.headers.get("content-type")]).toEqual([503, "text/html; charset=utf-8"]);
    expect(early.headers.get("retry-after")).toBe("1");
    const text = await early.text();
    expect(text).toContain('http-equiv="refresh"');
    // A browser asks for /favicon.ico where a page names no icon.
    expect(text).toContain('<link rel="icon" href="data:,">');
  }
  build(folder);
  finish();
  expect([(await fetch(`${url}/app`)).status, builds]).toEqual([200, 1]);
});

test("where the page cannot be built it says how", async () => {
  const url = await serveBuilt(join(makeTemporaryFolder(), "dist"));
  await fetch(`${url}/app`);
  const failed = await fetch(`${url}/app`);
  expect([failed.status, (await failed.text()).includes("npm run build:page")]).toEqual([503, true]);
});

test("the files of a page that was read stay, whatever becomes of their folder", async () => {
  const folder = join(makeTemporaryFolder(), "dist");
  build(folder);
  const url = await serveBuilt(folder);
  expect((await fetch(`${url}/app`)).status).toBe(200);
  rmSync(folder, { recursive: true });
  const script = await fetch(`${url}/app/assets/page-1.js`);
  expect([script.status, await script.text()]).toEqual([200, "export {};"]);
});

test("the page of this checkout is built by its own command", async () => {
  const { signal } = new AbortController();
  await buildChatPage(signal);
  expect(createChatPage({ stopping: signal }).find("/app")?.status).toBe(200);
});

test("a server that stops ends the build of its page", async () => {
  const stopping = new AbortController();
  const { promise, resolve: finish } = Promise.withResolvers<void>();
  const pages = createChatPage({
    stopping: stopping.signal,
    folder: makeTemporaryFolder(),
    // Its own command would write into the checkout.
    build: (signal) => buildChatPage(signal, hangingScript()).then(finish),
  });
  expect(pages.find("/app")?.status).toBe(503);
  stopping.abort();
  await promise;
});

test("an address that leads to the page hands on its query as it is", async () => {
  const { url } = await startApp();
  for (const [path, location] of [
    ["/?source=mail&x=%C3%A9", "app?source=mail&x=%C3%A9"],
    ["/docs/?source=mail", "../docs?source=mail"],
    ["/docs/", "../docs"],
  ]) {
    const { status, headers } = await fetch(`${url}${path}`, {
      headers: { accept: "text/html" },
      redirect: "manual",
    });
    expect([status, headers.get("location")], path).toEqual([307, location]);
  }
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
