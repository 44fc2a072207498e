import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Timing } from "../../../client-sdk/src/chat/connection/timing.ts";
import { launchBrowser } from "../../support/browser.ts";
import type { FaultyProxy } from "../../support/faulty-proxy.ts";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import type { Passed } from "../../support/gateway.ts";
import { startGateway } from "../../support/gateway.ts";
import { makeSession } from "../../support/make-session.ts";
import { startApp } from "../../support/start-app.ts";
import type { Tabs } from "../../support/tabs.ts";
import { read, startTabs, until } from "../../support/tabs.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Intervals of a tenth and less, so that a silent leader is replaced within a second. */
const timing: Partial<Timing> = { beatMs: 200, leaderSilenceMs: 600, retryMs: 10 };

type Stage = {
  proxy: FaultyProxy;
  tabs: Tabs;
  sessionId: string;
  say: (content: string) => Promise<unknown>;
  trpcSockets(): number;
  open(startAt?: string): Promise<Page>;
};

async function setStage(prepare?: () => void): Promise<Stage> {
  const { app, url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const tabs = await startTabs(browser, prepare);
  const { sessionId, say } = await makeSession(url);
  return {
    proxy,
    tabs,
    sessionId,
    say,
    trpcSockets: () => app.counts().trpcSockets,
    open: (startAt) => tabs.open({ url: proxy.url }, { sessionId, timing, ...(startAt && { startAt }) }),
  };
}

const hideLocks = (): void => {
  Object.defineProperty(globalThis.navigator, "locks", { value: undefined });
};

const isLive = (page: Page): Promise<void> => until(page, ({ statuses }) => statuses.at(-1) === "live");

const sayAndSee = async (
  stage: Pick<Stage, "say">,
  pages: readonly Page[],
  content: string,
): Promise<void> => {
  await stage.say(content);
  for (const page of pages)
    await page.waitForFunction((wanted) => {
      const { tab } = globalThis as unknown as { tab: { contents: string[] } };
      return tab.contents.includes(wanted);
    }, content);
};

async function senders(pages: readonly Page[]): Promise<boolean[]> {
  return Promise.all(pages.map((page) => read(page, ({ isSender }) => isSender)));
}

async function leaderOf(pages: readonly Page[]): Promise<{ leader: Page; others: Page[] }> {
  const leader = pages[(await senders(pages)).indexOf(true)];
  if (!leader) throw new Error("No tab leads.");
  return { leader, others: pages.filter((page) => page !== leader) };
}

async function expectContents(pages: readonly Page[], contents: string[]): Promise<void> {
  for (const page of pages) expect(await read(page, (tab) => tab.contents)).toEqual(contents);
}

async function openThree(stage: Stage): Promise<Page[]> {
  const pages = [await stage.open(), await stage.open(), await stage.open()];
  for (const page of pages) await isLive(page);
  return pages;
}

test("ten tabs have one socket, one sender and one subscription, and each gets everything once", async () => {
  const stage = await setStage();
  const pages: Page[] = [];
  for (let count = 0; count < 10; count += 1) pages.push(await stage.open());
  for (const page of pages) await isLive(page);
  await sayAndSee(stage, pages, "one");
  await sayAndSee(stage, pages, "two");
  await expectContents(pages, ["one", "two"]);
  expect((await senders(pages)).filter(Boolean)).toHaveLength(1);
  expect([stage.trpcSockets(), stage.proxy.arrivals.items.length]).toEqual([1, 1]);
});

test.each(["closed", "crashed"])(
  "when the leading tab is %s another one leads, and nothing is lost or doubled",
  async (how) => {
    const stage = await setStage();
    const pages = await openThree(stage);
    const { leader, others } = await leaderOf(pages);
    await sayAndSee(stage, pages, "before");
    if (how === "closed") await leader.close();
    else {
      const crashed = new Promise((done) => leader.once("crash", done));
      const session = await stage.tabs.context.newCDPSession(leader);
      void session.send("Page.crash").catch(() => undefined);
      await crashed;
    }
    await sayAndSee(stage, others, "after");
    await expectContents(others, ["before", "after"]);
    expect((await senders(others)).filter(Boolean)).toHaveLength(1);
    expect(stage.trpcSockets()).toBe(1);
  },
);

test("a leading tab that is frozen without a word is replaced, and follows when it wakes", async () => {
  const stage = await setStage();
  const pages = await openThree(stage);
  const { leader, others } = await leaderOf(pages);
  await sayAndSee(stage, pages, "before");
  const wake = await stage.tabs.freeze(leader);
  await sayAndSee(stage, others, "while it is frozen");
  expect((await senders(others)).filter(Boolean)).toHaveLength(1);
  wake();
  await until(leader, ({ isSender }) => !isSender);
  await sayAndSee(stage, pages, "after");
  await expectContents(pages, ["before", "while it is frozen", "after"]);
  expect((await senders(pages)).filter(Boolean)).toHaveLength(1);
  await stage.proxy.untilOpen(1);
});

test("a leading tab that the browser is about to freeze gives the lead up", async () => {
  const stage = await setStage();
  const pages = await openThree(stage);
  const { leader, others } = await leaderOf(pages);
  await sayAndSee(stage, pages, "before");
  const session = await stage.tabs.context.newCDPSession(leader);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await sayAndSee(stage, others, "while it is frozen");
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await sayAndSee(stage, pages, "after");
  await expectContents(pages, ["before", "while it is frozen", "after"]);
  expect((await senders(pages)).filter(Boolean)).toHaveLength(1);
});

test("a tab that opens while the leading one is frozen does not wait for it", async () => {
  const stage = await setStage();
  const leader = await stage.open();
  await isLive(leader);
  const wake = await stage.tabs.freeze(leader);
  const page = await stage.open();
  await isLive(page);
  expect(await senders([page])).toEqual([true]);
  wake();
  await until(leader, ({ isSender }) => !isSender);
});

test("a late tab gets what it lacks from its own position, and then what all get", async () => {
  const stage = await setStage();
  for (const content of ["one", "two", "three"]) await stage.say(content);
  const first = await stage.open();
  await isLive(first);
  const whole = await stage.open();
  // The first message has the position 1.
  const late = await stage.open("1");
  for (const page of [whole, late]) await isLive(page);
  await sayAndSee(stage, [first, whole, late], "four");
  await sayAndSee(stage, [first, whole, late], "five");
  await expectContents([first, whole], ["one", "two", "three", "four", "five"]);
  await expectContents([late], ["two", "three", "four", "five"]);
});

test("a cut line is offline in every tab, and comes back in every tab without a loss", async () => {
  const stage = await setStage();
  const pages = await openThree(stage);
  await sayAndSee(stage, pages, "before");
  stage.proxy.treatment = "refuse";
  stage.proxy.cut();
  for (const page of pages) await until(page, ({ statuses }) => statuses.at(-1) === "offline");
  await stage.say("missed");
  stage.proxy.treatment = "pass";
  const [, follower] = pages;
  if (follower) await read(follower, (tab) => tab.reconnect());
  await sayAndSee(stage, pages, "after");
  await expectContents(pages, ["before", "missed", "after"]);
  for (const page of pages) {
    expect(await read(page, ({ statuses }) => statuses.slice(-3))).toEqual([
      "offline",
      "catching-up",
      "live",
    ]);
    expect(await read(page, ({ lineStatuses }) => lineStatuses.at(-1))).toBe("live");
  }
});

test("a browser that says offline is offline at once, and comes back at once with the network", async () => {
  const stage = await setStage();
  const pages = await openThree(stage);
  await stage.tabs.context.setOffline(true);
  for (const page of pages) await until(page, ({ statuses }) => statuses.at(-1) === "offline");
  await stage.say("missed");
  await stage.tabs.context.setOffline(false);
  await sayAndSee(stage, pages, "after");
  await expectContents(pages, ["missed", "after"]);
});

test("without Web Locks each tab connects and sends by itself", async () => {
  const stage = await setStage(hideLocks);
  const pages = await openThree(stage);
  await sayAndSee(stage, pages, "one");
  await expectContents(pages, ["one"]);
  expect(await senders(pages)).toEqual([true, true, true]);
  expect(stage.trpcSockets()).toBe(3);
});

test("without Web Locks and WebSockets two tabs hold a long request, and further ones poll", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url, { sockets: "refuse" });
  const tabs = await startTabs(browser, hideLocks);
  const { sessionId, say } = await makeSession(url);
  const pages: Page[] = [];
  for (let count = 0; count < 4; count += 1) {
    pages.push(await tabs.open({ url: gateway.url }, { sessionId, timing: { ...timing, turnMs: 50 } }));
  }
  for (const page of pages) await isLive(page);
  const streams = (): Passed[] => gateway.requests.items.filter(({ path }) => path.includes("/stream"));
  const areTwoOpen = (): boolean => streams().filter(({ isOpen }) => isOpen).length === 2;
  await gateway.requests.until(areTwoOpen);
  await sayAndSee({ say }, pages, "one");
  const { length } = streams();
  await pages[0]?.close();
  // One of those that polled takes the free place.
  await gateway.requests.until(() => streams().length > length && areTwoOpen());
  await sayAndSee({ say }, pages.slice(1), "two");
  await expectContents(pages.slice(1), ["one", "two"]);
});

test("tabs of another user have a socket of their own", async () => {
  const stage = await setStage();
  const { sessionId } = stage;
  const pages = [
    await stage.tabs.open({ url: stage.proxy.url, user: "ann" }, { sessionId, timing }),
    await stage.tabs.open({ url: stage.proxy.url, user: "bob" }, { sessionId, timing }),
  ];
  for (const page of pages) await isLive(page);
  expect(await senders(pages)).toEqual([true, true]);
  expect(stage.trpcSockets()).toBe(2);
});

test("an announcement reaches the other tabs, and not the tab that makes it", async () => {
  const stage = await setStage();
  const pages = await openThree(stage);
  const [first, ...others] = pages;
  if (first) await read(first, (tab) => tab.announce("session-1"));
  for (const page of others) await until(page, ({ announced }) => announced.length > 0);
  expect(await Promise.all(pages.map((page) => read(page, ({ announced }) => announced)))).toEqual([
    [],
    ["session-1"],
    ["session-1"],
  ]);
});
