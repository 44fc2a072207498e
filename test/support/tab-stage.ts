import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import type { Timing } from "../../client-sdk/src/chat/connection/timing.ts";
import type { FaultyProxy } from "./faulty-proxy.ts";
import { startFaultyProxy } from "./faulty-proxy.ts";
import { makeSession } from "./make-session.ts";
import { startApp } from "./start-app.ts";
import type { Tabs } from "./tabs.ts";
import { read, startTabs, until } from "./tabs.ts";

/** Intervals so short that a silent leader is replaced within a second. */
export const timing: Partial<Timing> = { beatMs: 200, leaderSilenceMs: 600, retryMs: 10 };

/** Tabs that follow a session of a server behind a proxy. */
export type Stage = {
  proxy: FaultyProxy;
  tabs: Tabs;
  sessionId: string;
  /** Writes to the session without the proxy. */
  say: (content: string) => Promise<unknown>;
  /** The open sockets and the subscriptions of the server. */
  counts: () => { trpcSockets: number; followers: number };
  /** @param intervals by default {@link timing} */
  open(startAt?: string, intervals?: Partial<Timing>): Promise<Page>;
};

/** @param prepare runs in each page before its scripts */
export async function setStage(browser: Browser, prepare?: () => void): Promise<Stage> {
  const { app, url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const tabs = await startTabs(browser, prepare);
  const { sessionId, say } = await makeSession(url);
  return {
    proxy,
    tabs,
    sessionId,
    say,
    counts: () => app.counts(),
    open: (startAt, intervals = timing) =>
      tabs.open({ url: proxy.url }, { sessionId, timing: intervals, ...(startAt && { startAt }) }),
  };
}

/** Makes a page behave like a browser without Web Locks. */
export const hideLocks = (): void => {
  Object.defineProperty(globalThis.navigator, "locks", { value: undefined });
};

export const isLive = (page: Page): Promise<void> =>
  until(page, ({ statuses }) => statuses.at(-1) === "live");

/** Resolves when each tab has the message. */
export const sayAndSee = async (
  stage: Pick<Stage, "say">,
  pages: readonly Page[],
  content: string,
): Promise<void> => {
  await stage.say(content);
  for (const page of pages)
    await page.waitForFunction(
      (wanted) => {
        const { tab } = globalThis as unknown as { tab: { contents: string[] } };
        return tab.contents.includes(wanted);
      },
      content,
      // A page in the background has no frames.
      { polling: 20 },
    );
};

/** For each tab, whether it sends. */
export async function senders(pages: readonly Page[]): Promise<boolean[]> {
  return Promise.all(pages.map((page) => read(page, ({ isSender }) => isSender)));
}

export async function leaderOf(pages: readonly Page[]): Promise<{ leader: Page; others: Page[] }> {
  const leader = pages[(await senders(pages)).indexOf(true)];
  if (!leader) throw new Error("No tab leads.");
  return { leader, others: pages.filter((page) => page !== leader) };
}

export async function expectContents(pages: readonly Page[], contents: string[]): Promise<void> {
  for (const page of pages) expect(await read(page, (tab) => tab.contents)).toEqual(contents);
}

export async function openThree(stage: Stage): Promise<Page[]> {
  const pages = [await stage.open(), await stage.open(), await stage.open()];
  for (const page of pages) await isLive(page);
  return pages;
}
