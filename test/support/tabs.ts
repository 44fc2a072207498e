import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { onTestFinished } from "vitest";
import type { LineInternals, LineOptions } from "../../client-sdk/src/chat/create-line.ts";
import { Collector } from "./readers.ts";
import type { Tab } from "./tab-page.ts";

type TabWindow = { Chat: typeof import("./tab-page.ts"); tab: Tab };

let bundle: Promise<string> | undefined;

/** The code of `tab-page.ts` as one script. */
async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: join(import.meta.dirname, "tab-page.ts"), formats: ["iife"], name: "Chat" },
    },
  });
  const outputs = Array.isArray(built) ? built : "output" in built ? [built] : [];
  const code = outputs.flatMap(({ output }) => output.map((file) => ("code" in file ? file.code : "")));
  return code.join("\n");
}

/** Tabs of one browser that follow a session. */
export type Tabs = {
  readonly context: BrowserContext;
  open(options: LineOptions, follow: Following): Promise<Page>;
  /** Stops the scripts of a tab, without a word to it, until the function that is given back is called. */
  freeze(page: Page): Promise<() => void>;
};

export type Following = { sessionId: string; startAt?: string; timing?: LineInternals["timing"] };

/** @param prepare runs in each page before its scripts */
export async function startTabs(browser: Browser, prepare?: () => void): Promise<Tabs> {
  const script = await (bundle ??= bundlePage());
  const held = new Collector<ServerResponse>();
  const server = createServer((request, response) => {
    if (request.url === "/hold") return void held.add(response);
    if (request.url === "/page.js") return response.setHeader("content-type", "text/javascript").end(script);
    return response
      .setHeader("content-type", "text/html")
      .end('<!doctype html><script src="page.js"></script>');
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
      // A synchronous request stops all else, timers and messages too.
      void page
        .evaluate(() => {
          const Request = (globalThis as unknown as { XMLHttpRequest: new () => Pending }).XMLHttpRequest;
          type Pending = { open(method: string, url: string, isAsync: boolean): void; send(): void };
          const request = new Request();
          request.open("GET", "/hold", false);
          request.send();
        })
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

/** Resolves when the state of a tab is so. */
export async function until(page: Page, isSo: (tab: Tab) => boolean): Promise<void> {
  await page.waitForFunction(`(${isSo.toString()})(globalThis.tab)`, undefined, { polling: 20 });
}
