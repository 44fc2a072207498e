import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../../client-sdk/src/index.ts";
import { launchBrowser } from "../../support/browser.ts";
import { startGateway } from "../../support/gateway.ts";
import { startApp } from "../../support/start-app.ts";
import { buildProgram } from "./support/build-program.ts";

const folder = join(import.meta.dirname, "small-chat");

let browser: Browser;
let script: string;
beforeAll(async () => {
  [browser, script] = await Promise.all([launchBrowser(), buildProgram(join(folder, "main.tsx"))]);
});
afterAll(() => browser.close());

/** The chat in a tab, over a gateway before a real server. */
async function openSmallChat() {
  const { app, url } = await startApp();
  const gateway = await startGateway(url, {
    files: new Map([
      [
        "/",
        { type: "text/html", body: '<!doctype html><body><script type="module" src="main.js"></script>' },
      ],
      ["/main.js", { type: "text/javascript", body: script.replace('"http://localhost:8000"', '"/"') }],
    ]),
  });
  const page = await browser.newPage();
  await page.goto(gateway.url);
  return { app, gateway, page, client: createClient({ url }) };
}

const write = async (page: Page, text: string): Promise<void> => {
  await page.locator("input").fill(text);
  await page.locator("input").press("Enter");
};
const expectTexts = async (page: Page, texts: string[]): Promise<void> => {
  await expect
    .poll(async () => (await page.locator("p").allTextContents()).map((text) => text.trim()))
    .toEqual(texts);
};

test("a chat of one's own with list, live conversation, composer and history is 30 lines", () => {
  const lines = readFileSync(join(folder, "app.tsx"), "utf8").split("\n");
  expect(lines.filter((line) => line.trim() !== "").length).toBeLessThanOrEqual(30);
});

test("in StrictMode it sends, follows, loads earlier messages, and opens one socket", async () => {
  const { app, gateway, page, client } = await openSmallChat();
  const { id } = await client.session.create.mutate({ title: "Long" });
  const add = (content: string) =>
    client.message.add.mutate({ session_id: id, content, sender: "assistant" });
  for (let count = 1; count <= 60; count += 1) await add(`${count}`);
  await page.getByRole("button", { name: "Long" }).click();
  await expect.poll(() => page.locator("p").count()).toBe(50);
  await page.getByRole("button", { name: "Earlier" }).click();
  await expect.poll(() => page.locator("p").count()).toBe(60);
  await page.getByRole("button", { name: "New chat" }).click();
  for (const text of ["one", "two", "three"]) await write(page, text);
  await expectTexts(page, ["user: one", "user: two", "user: three"]);
  await page.getByRole("button", { name: "Long" }).click();
  await expect.poll(() => page.locator("p").count()).toBe(60);
  await page.getByRole("button", { name: "New chat" }).nth(1).click();
  await expectTexts(page, ["user: one", "user: two", "user: three"]);
  const { items } = await client.session.list.query({ order: "activity" });
  await client.message.add.mutate({
    session_id: items[0]?.id ?? "",
    content: "four",
    sender: "assistant",
  });
  await expectTexts(page, ["user: one", "user: two", "user: three", "assistant: four"]);
  expect([gateway.upgrades.items.length, app.counts().trpcSockets]).toEqual([1, 1]);
  await page.close();
});
