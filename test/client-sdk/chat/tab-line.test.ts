import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../../support/browser.ts";
import type { Passed } from "../../support/gateway.ts";
import { startGateway } from "../../support/gateway.ts";
import { makeSession } from "../../support/make-session.ts";
import { startApp } from "../../support/start-app.ts";
import {
  expectContents,
  hideLocks,
  isLive,
  openThree,
  sayAndSee,
  senders,
  setStage,
  timing,
} from "../../support/tab-stage.ts";
import { read, startTabs, until } from "../../support/tabs.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("a late tab gets what it lacks from its own position, and then what all get [TAB-3]", async () => {
  const stage = await setStage(browser);
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
  const stage = await setStage(browser);
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

test("a browser that says offline is offline at once, and comes back at once with the network [STATUS-3] [RETRY-2]", async () => {
  const stage = await setStage(browser);
  const pages = await openThree(stage);
  await stage.tabs.context.setOffline(true);
  for (const page of pages) await until(page, ({ statuses }) => statuses.at(-1) === "offline");
  await stage.say("missed");
  await stage.tabs.context.setOffline(false);
  await sayAndSee(stage, pages, "after");
  await expectContents(pages, ["missed", "after"]);
});

test("without Web Locks each tab connects and sends by itself [TAB-4]", async () => {
  const stage = await setStage(browser, hideLocks);
  const pages = await openThree(stage);
  await sayAndSee(stage, pages, "one");
  await expectContents(pages, ["one"]);
  expect(await senders(pages)).toEqual([true, true, true]);
  expect(stage.counts().trpcSockets).toBe(3);
});

test("tabs that cannot load the code for several tabs connect by themselves until one can [TAB-4]", async () => {
  const stage = await setStage(browser);
  const { context } = stage.tabs;
  await context.route(/several-tabs/, (route) => route.abort());
  const pages = [await stage.open(), await stage.open()];
  for (const page of pages) await isLive(page);
  await sayAndSee(stage, pages, "one");
  expect(await senders(pages)).toEqual([true, true]);
  await context.unroute(/several-tabs/);
  pages.push(await stage.open());
  await expect.poll(async () => (await senders(pages)).filter(Boolean).length).toBe(1);
  await expect.poll(() => stage.counts().trpcSockets).toBe(1);
  for (const page of pages) await isLive(page);
  await sayAndSee(stage, pages, "two");
  await expectContents(pages, ["one", "two"]);
});

test("without Web Locks and WebSockets two tabs hold a long request, and further ones poll [WAY-4]", async () => {
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

test("tabs of another user have a socket of their own [TAB-1]", async () => {
  const stage = await setStage(browser);
  const { sessionId } = stage;
  const pages = [
    await stage.tabs.open({ url: stage.proxy.url, user: "ann" }, { sessionId, timing }),
    await stage.tabs.open({ url: stage.proxy.url, user: "bob" }, { sessionId, timing }),
  ];
  for (const page of pages) await isLive(page);
  expect(await senders(pages)).toEqual([true, true]);
  expect(stage.counts().trpcSockets).toBe(2);
});

test("an announcement reaches the other tabs, and not the tab that makes it", async () => {
  const stage = await setStage(browser);
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
