import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import type { LineInternals } from "../../client-sdk/src/chat/create-line.ts";
import { bundleTabModules } from "./bundle.ts";
import { Collector } from "./readers.ts";
import type * as TabPage from "./tab-page.ts";
import type { Tab } from "./tab-page.ts";

type TabWindow = { Chat: typeof TabPage; tab: Tab };

const document = `<!doctype html>
<script type="module">import * as Chat from "./entry.js"; globalThis.Chat = Chat;</script>`;

/** Tabs of one browser that follow a session. */
export type Tabs = {
  readonly context: BrowserContext;
  open(options: { url: string; user?: string }, follow: Following): Promise<Page>;
  /** Stops the scripts of a tab silently, until the returned function is called. */
  freeze(page: Page): Promise<() => void>;
};

export type Following = { sessionId: string; startAt?: string; timing?: LineInternals["timing"] };

/** @param prepare runs in each page before its scripts */
export async function startTabs(browser: Browser, prepare?: () => void): Promise<Tabs> {
  const modules = await bundleTabModules();
  const held = new Collector<ServerResponse>();
  const server = createServer((request, response) => {
    const code = modules.get(request.url?.slice(1) ?? "");
    if (request.url?.startsWith("/hold")) held.add(response);
    else if (code !== undefined) response.setHeader("content-type", "text/javascript").end(code);
    else response.setHeader("content-type", "text/html").end(document);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const context = await browser.newContext();
  if (prepare) await context.addInitScript(prepare);
  onTestFinished(async () => {
    for (const response of held.items) response.end();
    await context.close();
    server.closeAllConnections();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    context,
    async open(options, { sessionId, startAt, timing = {} }) {
      const page = await context.newPage();
      await page.goto(address);
      await page.evaluate(
        ([given, intervals, session, position]) => {
          const own = globalThis as unknown as TabWindow;
          own.tab = own.Chat.openTab(given, intervals, session, position);
        },
        [options, timing, sessionId, startAt] as const,
      );
      return page;
    },
    async freeze(page) {
      const count = held.items.length + 1;
      // A synchronous request blocks everything else, including timers and messages.
      void page
        .evaluate((number) => {
          const Request = (globalThis as unknown as { XMLHttpRequest: new () => Pending }).XMLHttpRequest;
          type Pending = { open(method: string, url: string, isAsync: boolean): void; send(): void };
          const request = new Request();
          // With the browser's cache, one request for an address waits for another.
          request.open("GET", `/hold?${number}`, false);
          request.send();
        }, count)
        .catch(() => undefined);
      await held.count(count);
      return () => void held.items[count - 1]?.end();
    },
  };
}

/** Reads the state of a tab. */
export function read<Value>(page: Page, pick: (tab: Tab) => Value): Promise<Value> {
  return page.evaluate(`(${pick.toString()})(globalThis.tab)`);
}

/** Resolves when the state of a tab fulfils the condition. */
export async function until(page: Page, isSo: (tab: Tab) => boolean): Promise<void> {
  await page.waitForFunction(`(${isSo.toString()})(globalThis.tab)`, undefined, { polling: 20 });
}
