import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import type { PageFiles } from "./support/built-page.ts";
import { buildPage } from "./support/built-page.ts";
import { callsOf, expectSent, expectShown, HeldCalls, messageWith, send } from "./support/read-page.ts";
import { setStage } from "./support/stage.ts";

let browser: Browser;
let files: PageFiles;
beforeAll(async () => {
  [browser, files] = await Promise.all([launchBrowser(), buildPage()]);
});
afterAll(() => browser.close());

const setStageWithSession = async () => {
  const stage = await setStage(browser, { files });
  const id = await stage.makeSession("Talk");
  const page = await stage.open(id);
  await page.getByTestId("title").waitFor();
  return { ...stage, id, page };
};

test("what is written without a session open begins one, with its first line as the title", async () => {
  const stage = await setStage(browser, { files });
  const page = await stage.open();
  await send(page, "A first question\nand more");
  await expect.poll(() => page.getByTestId("title").allTextContents()).toEqual(["A first question"]);
  await expectShown(page, ["A first question\nand more"]);
  await expectSent(page);
  const { items } = await stage.client.session.list.query();
  expect(items.map(({ title }) => title)).toEqual(["A first question"]);
});

test("twenty quick sends show once and in order, in two tabs and on the server", async () => {
  const { id, page, open, stored } = await setStageWithSession();
  const other = await open(id);
  const contents = Array.from({ length: 20 }, (_, index) => `message ${index + 1}`);
  for (const content of contents) await send(page, content);
  for (const tab of [page, other]) await expectShown(tab, contents);
  await expectSent(page);
  expect(await stored(id)).toEqual(contents);
});

test("quick sends keep their order while the first request is slow", async () => {
  const { id, page, context, stored } = await setStageWithSession();
  const held = new HeldCalls();
  await context.route(
    callsOf("message.add"),
    async (route) => {
      await held.pass();
      await route.continue();
    },
    { times: 1 },
  );
  for (const content of ["one", "two", "three"]) await send(page, content);
  await held.until(1);
  await expectShown(page, ["one", "two", "three"]);
  held.letGo();
  await expectSent(page);
  expect(await stored(id)).toEqual(["one", "two", "three"]);
});

test("a send whose answer is lost is stored once and shown once", async () => {
  const { id, page, context, stored } = await setStageWithSession();
  await context.route(
    callsOf("message.add"),
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await send(page, "once");
  await expectSent(page);
  await expectShown(page, ["once"]);
  expect(await stored(id)).toEqual(["once"]);
});

test("a reload during a send shows the message at once, and it is stored once", async () => {
  const { id, page, context, stored } = await setStageWithSession();
  const held = new HeldCalls();
  await context.route(callsOf("message.add"), async (route) => {
    await held.pass();
    await route.continue();
  });
  await send(page, "once");
  await held.until(1);
  await page.reload();
  await expectShown(page, ["once"]);
  await held.until(2);
  held.letGo();
  await expectSent(page);
  expect(await stored(id)).toEqual(["once"]);
});

test.each(["without", "with"])("sends while the server is down wait for it, %s a reload", async (how) => {
  const { id, page, proxy, stored } = await setStageWithSession();
  await send(page, "before");
  await expectSent(page);
  proxy.treatment = "refuse";
  proxy.cut();
  await page.getByTestId("offline").waitFor();
  for (const content of ["one", "two", "three"]) await send(page, content);
  if (how === "with") await page.reload();
  // The conversation is there from the visit before.
  await expectShown(page, ["before", "one", "two", "three"]);
  expect(await page.locator('li[data-state="pending"]').count()).toBe(3);
  await page.getByTestId("offline").waitFor();
  proxy.treatment = "pass";
  const bar = page.getByTestId("offline");
  // The line may come back by itself before the button is reached.
  await Promise.race([bar.getByRole("button").click(), bar.waitFor({ state: "detached" })]);
  await expectSent(page);
  await bar.waitFor({ state: "detached" });
  expect(await stored(id)).toEqual(["before", "one", "two", "three"]);
});

test("two tabs that send at once show the same order as the server", async () => {
  const { id, page, open, stored } = await setStageWithSession();
  const other = await open(id);
  await other.getByTestId("title").waitFor();
  await Promise.all(
    [page, other].map(async (tab, name) => {
      for (let count = 1; count <= 8; count += 1) await send(tab, `${name}-${count}`);
    }),
  );
  await expect.poll(async () => (await stored(id)).length).toBe(16);
  const contents = await stored(id);
  for (const tab of [page, other]) await expectShown(tab, contents);
  for (const name of [0, 1]) {
    const own = contents.filter((content) => content.startsWith(`${name}-`));
    expect(own).toEqual(Array.from({ length: 8 }, (_, index) => `${name}-${index + 1}`));
  }
});

test("a tab that is closed while it sends leaves the message to another tab", async () => {
  const { id, page, context, open, stored } = await setStageWithSession();
  const other = await open(id);
  await other.getByTestId("title").waitFor();
  const held = new HeldCalls();
  await context.route(callsOf("message.add"), async (route) => {
    await held.pass();
    // The tab that asked may be gone.
    await route.continue().catch(() => undefined);
  });
  await send(page, "left behind");
  await held.until(1);
  await page.close();
  held.letGo();
  await expectShown(other, ["left behind"]);
  await expectSent(other);
  expect(await stored(id)).toEqual(["left behind"]);
});

test("deleting what is being sent leaves nothing, on the page and on the server", async () => {
  const { id, page, context, stored } = await setStageWithSession();
  const held = new HeldCalls();
  await context.route(callsOf("message.add"), async (route) => {
    await held.pass();
    await route.continue();
  });
  await send(page, "stays");
  await send(page, "goes");
  await held.until(1);
  await messageWith(page, "stays").waitFor();
  await messageWith(page, "goes").locator(".delete").click();
  await expectShown(page, ["stays"]);
  held.letGo();
  await expectSent(page);
  await send(page, "after");
  await expectSent(page);
  await expectShown(page, ["stays", "after"]);
  expect(await stored(id)).toEqual(["stays", "after"]);
});
