import type { Browser, Page } from "playwright-core";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createHostPolicy } from "../../server/http/host-policy.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { findBrowser, launchBrowser } from "../support/browser.ts";
import { startOtherServer } from "../support/other-server.ts";
import { createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const hosts = createHostPolicy({ listensOn: "127.0.0.1", publicHosts: ["chat.example"] });

/** As much of the browser's own as is used in it. */
type Element = EventTarget & { setAttribute(name: string, value: string): void };
type Browsing = {
  document: { createElement(name: string): Element; body: { append(child: Element): void } };
};

/** The outcome for each element by which a page can load another site's address; this runs in the browser. */
async function load(address: string): Promise<Record<string, string>> {
  const { document } = globalThis as unknown as Browsing;
  const outcomes: Record<string, string> = {};
  const attributes = { img: "src", script: "src", object: "data", embed: "src", iframe: "src", video: "src" };
  await Promise.all(
    Object.entries(attributes).map(async ([name, attribute]) => {
      const element = document.createElement(name);
      element.setAttribute(attribute, address);
      outcomes[name] = await new Promise((resolve) => {
        for (const event of ["load", "error"]) element.addEventListener(event, () => resolve(event));
        document.body.append(element);
      });
    }),
  );
  return outcomes;
}

/** The outcome for each way in which a script can ask; this runs in the browser. */
async function ask(address: string): Promise<unknown[]> {
  const socket = new WebSocket(address.replace("http", "ws").replace("/api/sessions/", "/ws/"));
  const opened = await new Promise((resolve) => {
    socket.addEventListener("open", () => resolve("open"));
    socket.addEventListener("error", () => resolve("refused"));
  });
  const outcomes: unknown[] = [opened];
  const requests: [string, RequestInit][] = [
    [address, {}],
    [`${address}/messages`, { method: "POST", mode: "no-cors", body: "{}" }],
    [address, { method: "DELETE" }],
  ];
  for (const [url, init] of requests) {
    try {
      const answer = await fetch(url, init);
      outcomes.push(answer.type === "opaque" ? "opaque" : `${answer.status} ${await answer.text()}`);
    } catch {
      outcomes.push("refused");
    }
  }
  return outcomes;
}

/** A page of another site, in a browser for which all names lead to this machine. */
async function openPage(browser: Browser, host: string): Promise<Page> {
  const address = await startOtherServer((_request, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><body></body>"),
  );
  const page = await browser.newPage();
  onTestFinished(() => page.close());
  // In a page that is not in front the browser takes its time with what would be seen.
  await page.bringToFront();
  await page.goto(address.replace("127.0.0.1", host));
  return page;
}

describe.skipIf(findBrowser() === undefined && mayBeLeftOut())("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser(["--host-resolver-rules=MAP *.example 127.0.0.1"]);
    return () => browser.close();
  });

  test("a page whose name was made to lead here reads, writes and deletes nothing [HOST-1]", async () => {
    const { url } = await startApp();
    await createSession(url, { id: "s", title: "Secret" });
    const rebound = url.replace("127.0.0.1", "rebound.example");
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    const shown = await page.goto(`${rebound}/docs`);
    expect(shown?.status()).toBe(421);
    const [socket, read, , deletion] = await page.evaluate(ask, `${rebound}/api/sessions/s`);
    expect([read, deletion]).toEqual([
      expect.stringContaining("421 ") as string,
      expect.stringContaining("421 ") as string,
    ]);
    expect(socket).toBe("refused");
    expect(await readSession(url, "s")).toMatchObject({ title: "Secret", messages: [] });
  });

  // Over plain HTTP a browser sends Sec-Fetch-Site to loopback alone.
  test.each(["127.0.0.1", "chat.example"])(
    "to a page of another site what is at %s looks like what is not [ORIGIN-1] [ORIGIN-2] [ORIGIN-6]",
    async (host) => {
      const { url } = await startApp({ hosts });
      await createSession(url, { id: "s", title: "Secret" });
      const page = await openPage(browser, "evil.example");
      const base = `${url.replace("127.0.0.1", host)}/api/sessions`;
      expect(await page.evaluate(ask, `${base}/s`)).toEqual(await page.evaluate(ask, `${base}/nobody`));
      expect(await page.evaluate(ask, `${base}/s`)).toEqual(["refused", "refused", "refused", "refused"]);
      const there = await page.evaluate(load, `${base}/s`);
      expect(there).toEqual(await page.evaluate(load, `${base}/nobody`));
      expect(Object.keys(there)).toHaveLength(6);
      expect(await readSession(url, "s")).toMatchObject({ title: "Secret", messages: [] });
    },
  );

  test("a page of the server itself reads and writes by whichever of its names it was opened [ORIGIN-4]", async () => {
    const { url } = await startApp({ hosts });
    await createSession(url, { id: "s" });
    for (const host of ["127.0.0.1", "localhost", "chat.example"]) {
      const base = url.replace("127.0.0.1", host);
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      // Any of its documents is one, and this has nothing else to load.
      expect((await page.goto(`${base}/openapi.json`))?.status()).toBe(200);
      const [socket, read, , deletion] = await page.evaluate(ask, `${base}/api/sessions/s`);
      expect([socket, read, deletion]).toEqual(["open", expect.stringContaining("200 ") as string, "204 "]);
      await createSession(url, { id: "s" });
    }
  });
});
