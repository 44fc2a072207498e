import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../../client-sdk/src/index.ts";
import { launchBrowser } from "../../support/browser.ts";
import {
  expectContents,
  isLive,
  leaderOf,
  openThree,
  sayAndSee,
  senders,
  setStage,
  timing,
} from "../../support/tab-stage.ts";
import { read, until } from "../../support/tabs.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A change of the leader shows as no loss of the line. */
async function expectSmooth(pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    const statuses = await read(page, (tab) => tab.statuses);
    const lineStatuses = await read(page, (tab) => tab.lineStatuses);
    // It became live, and again at each change.
    expect([6, 4, 2]).toContain(lineStatuses.length);
    expect(lineStatuses.filter((status) => status !== "live" && status !== "catching-up")).toEqual([]);
    expect(statuses.filter((status) => status === "closed" || status === "offline")).toEqual([]);
    expect(statuses.lastIndexOf("connecting")).toBe(0);
  }
}

test("ten tabs have one socket, one sender and one subscription, and each gets everything once [TAB-1]", async () => {
  const stage = await setStage(browser);
  const pages: Page[] = [];
  // The product's own intervals: ten pages that start may keep the leading one silent for longer than the short ones allow.
  for (let count = 0; count < 10; count += 1) pages.push(await stage.open(undefined, {}));
  for (const page of pages) await isLive(page);
  await sayAndSee(stage, pages, "one");
  await sayAndSee(stage, pages, "two");
  await expectContents(pages, ["one", "two"]);
  expect((await senders(pages)).filter(Boolean)).toHaveLength(1);
  expect(stage.counts()).toMatchObject({ trpcSockets: 1, followers: 1 });
  expect(stage.proxy.arrivals.items).toHaveLength(1);
});

test.each(["closed", "crashed", "told to close its line"])(
  "when the leading tab is %s another one leads, and nothing is lost or doubled [TAB-2] [TAB-3]",
  async (how) => {
    const stage = await setStage(browser);
    const pages = await openThree(stage);
    const { leader, others } = await leaderOf(pages);
    await sayAndSee(stage, pages, "before");
    if (how === "closed") await leader.close();
    else if (how !== "crashed") await read(leader, (tab) => tab.close());
    else {
      const crashed = new Promise((done) => leader.once("crash", done));
      const session = await stage.tabs.context.newCDPSession(leader);
      void session.send("Page.crash").catch(() => undefined);
      await crashed;
    }
    await sayAndSee(stage, others, "after");
    await expectContents(others, ["before", "after"]);
    expect((await senders(others)).filter(Boolean)).toHaveLength(1);
    expect(stage.counts().trpcSockets).toBe(1);
    await expectSmooth(others);
  },
);

test("a leading tab that is frozen without a word is replaced, and follows when it wakes [TAB-2]", async () => {
  const stage = await setStage(browser);
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
  await expectSmooth(pages);
  expect((await senders(pages)).filter(Boolean)).toHaveLength(1);
  await expect.poll(() => stage.counts().trpcSockets).toBe(1);
});

test("a leading tab that the browser is about to freeze gives the lead up", async () => {
  const stage = await setStage(browser);
  const pages = await openThree(stage);
  const { leader, others } = await leaderOf(pages);
  await sayAndSee(stage, pages, "before");
  const session = await stage.tabs.context.newCDPSession(leader);
  await session.send("Page.setWebLifecycleState", { state: "frozen" });
  await sayAndSee(stage, others, "while it is frozen");
  await session.send("Page.setWebLifecycleState", { state: "active" });
  await sayAndSee(stage, pages, "after");
  await expectContents(pages, ["before", "while it is frozen", "after"]);
  await expectSmooth(pages);
  expect((await senders(pages)).filter(Boolean)).toHaveLength(1);
});

test("a tab that opens while the leading one is frozen does not wait for it", async () => {
  const stage = await setStage(browser);
  const leader = await stage.open();
  await isLive(leader);
  const wake = await stage.tabs.freeze(leader);
  const page = await stage.open();
  await isLive(page);
  expect(await senders([page])).toEqual([true]);
  wake();
  await until(leader, ({ isSender }) => !isSender);
});

test("what a tab follows ends with the tab", async () => {
  const stage = await setStage(browser);
  const leader = await stage.open();
  await isLive(leader);
  const { id } = await createClient({ url: stage.proxy.url }).session.create.mutate({});
  const other = await stage.tabs.open({ url: stage.proxy.url }, { sessionId: id, timing });
  await isLive(other);
  expect(stage.counts()).toMatchObject({ trpcSockets: 1, followers: 2 });
  await other.close();
  await expect.poll(() => stage.counts().followers).toBe(1);
});
