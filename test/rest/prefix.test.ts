import { describe, expect, onTestFinished, test } from "vitest";
import type { Message, Session } from "../../client-sdk/src/index.ts";
import { findBrowser, launchBrowser } from "../support/browser.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { readDocument } from "../support/openapi.ts";
import { startPrefixProxy } from "../support/prefix-proxy.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

async function startBehindPrefix(): Promise<string> {
  const { url } = await startApp();
  return startPrefixProxy(url, "/chat");
}

/** The address that an answer's header names, as a client resolves it. */
function resolve(answer: Response, header: string): string {
  const value = answer.headers.get(header) ?? "";
  return new URL(/^<([^>]*)>/.exec(value)?.[1] ?? value, answer.url).href;
}

test("behind a path prefix the pages of a list stay within it", async () => {
  const url = await startBehindPrefix();
  await createSession(url, { id: "s" });
  for (const content of ["one", "two", "three"]) await send(url, "s", content);
  const first = await fetch(`${url}/api/sessions/s/messages?limit=2`);
  const second = await fetch(resolve(first, "link"));
  expect(second.url).toMatch(/\/chat\/api\/sessions\/s\/messages\?/);
  expect(((await second.json()) as Message[]).map(({ content }) => content)).toEqual(["three"]);
});

test("behind a path prefix the document names the server relative to itself", async () => {
  const url = await startBehindPrefix();
  const { servers } = (await readDocument(url)) as unknown as { servers: { url: string }[] };
  const [server] = servers.map((each) => new URL(`${each.url}/api/sessions`, `${url}/openapi.json`).href);
  expect(server).toBe(`${url}/api/sessions`);
});

test.each(["/docs", "/redoc"])("behind a path prefix %s/ leads to the page within it", async (path) => {
  const url = await startBehindPrefix();
  const answer = await fetch(`${url}${path}/`, { redirect: "manual" });
  expect([answer.status, resolve(answer, "location")]).toEqual([307, url + path]);
});

const browserPath = findBrowser();

describe.skipIf(browserPath === undefined && mayBeLeftOut())(
  `in a browser${browserPath === undefined ? " (no Chromium here, see CHROMIUM)" : ""}`,
  () => {
    test("behind a path prefix both pages load, and Try it out reaches the server", async () => {
      const url = await startBehindPrefix();
      const browser = await launchBrowser();
      onTestFinished(() => browser.close());
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      await page.goto(`${url}/redoc/`);
      await page.getByRole("heading", { name: "Create a new session" }).first().waitFor();
      await page.goto(`${url}/docs`);
      await page.getByText("Create a new session").click();
      await page.getByRole("button", { name: "Try it out" }).click();
      await page.getByRole("button", { name: "Execute" }).click();
      await page.locator(".live-responses-table .response-col_status").getByText("200").waitFor();
      const sessions = (await (await call(url, "GET", "/api/sessions")).json()) as Session[];
      expect(sessions).toHaveLength(1);
    });
  },
);
