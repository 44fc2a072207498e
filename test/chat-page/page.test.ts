import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { expectListed, expectSent, expectShown, messageWith, send } from "./support/read-page.ts";
import { useStage } from "./support/stage.ts";

const setStage = useStage();

const isLive = (page: Page): Promise<unknown> => page.locator('.connection[data-status="live"]').waitFor();

test("the page loads from nowhere else, complains of nothing, and works under a path prefix", async () => {
  const stage = await setStage({ prefix: "/some/where" });
  const page = await stage.open();
  await isLive(page);
  expect(new URL(page.url()).pathname).toBe("/some/where/app");
  await page.getByTestId("new").click();
  await send(page, "through the prefix");
  await expectSent(page, "through the prefix");
  await expectShown(page, ["through the prefix"]);
  expect(stage.trouble).toEqual([]);
  expect(await page.evaluate("window.chat.status")).toBe("live");
});

test("the page says that it is offline while it is, and follows on afterwards", async () => {
  const { open, makeSession, client, proxy } = await setStage();
  const id = await makeSession("Talk", ["one", "two"]);
  const page = await open(id);
  await expectShown(page, ["one", "two"]);
  await isLive(page);
  expect(await page.getByTestId("offline").count()).toBe(0);
  proxy.treatment = "refuse";
  proxy.cut();
  await page.getByTestId("offline").waitFor();
  const { messages } = await client.session.get.query({ session_id: id });
  const [one, two] = messages.map((message) => ({ session_id: id, message_id: message.id }));
  await client.message.add.mutate({ session_id: id, content: "meanwhile", sender: "assistant" });
  if (one && two) {
    await client.message.update.mutate({ ...one, content: "ONE" });
    await client.message.delete.mutate(two);
  }
  await client.session.update.mutate({ session_id: id, title: "Renamed" });
  proxy.treatment = "pass";
  await page.getByTestId("offline").waitFor({ state: "detached" });
  await expectShown(page, ["ONE", "meanwhile"]);
  await expect.poll(() => page.getByTestId("title").textContent()).toBe("Renamed");
  await isLive(page);
});

test("on a phone the list and the conversation show one at a time", async () => {
  const context = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { open, makeSession } = await setStage({ context });
  await makeSession("Talk", ["one"]);
  const page = await open();
  await expectListed(page, ["Talk"]);
  expect(await page.getByTestId("composer").isVisible()).toBe(false);
  await page.locator("[data-session]").locator("a").first().tap();
  await expectShown(page, ["one"]);
  expect(await page.getByTestId("list").isVisible()).toBe(false);
  const width = await page.evaluate<number>("document.documentElement.scrollWidth");
  expect(width).toBe(390);
  await page.getByRole("link", { name: "All chats" }).tap();
  await page.getByTestId("list").waitFor();
  expect(await page.getByTestId("title").isVisible()).toBe(false);
});

test("on a phone a wide table scrolls inside of its message, and breaks no word", async () => {
  const context = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { open, makeSession } = await setStage({ context });
  const row = Array.from({ length: 6 }, (_, index) => `internationalisation ${index}`).join(" | ");
  const table = `| ${row} |\n|-:|-|-|-|-|-|\n| ${row} |`;
  const page = await open(await makeSession("Talk", [table, `> - ${table.replaceAll("\n", "\n>   ")}`]));
  await page.locator(".content table").nth(1).waitFor();
  const tables = await page.evaluate<{ scrolls: boolean; right: number; aligned: string }[]>(
    `[...document.querySelectorAll(".table")].map((table) => ({
      scrolls: table.scrollWidth > 2 * table.clientWidth,
      right: table.getBoundingClientRect().right,
      aligned: getComputedStyle(table.querySelector("td")).textAlign,
    }))`,
  );
  expect(tables).toHaveLength(2);
  for (const { scrolls, right, aligned } of tables)
    expect([scrolls, right < 390, aligned]).toEqual([true, true, expect.stringMatching(/right$/)]);
  const outer = "[document.documentElement, document.querySelector('[data-testid=scroll]')]";
  expect(await page.evaluate(`${outer}.map(({ scrollWidth }) => scrollWidth)`)).toEqual([390, 390]);
});

test("a button that is filled keeps its colour under the pointer", async () => {
  const { open } = await setStage({ context: { reducedMotion: "reduce" } });
  const page = await open();
  const colour = (): Promise<string> =>
    page.evaluate("getComputedStyle(document.querySelector('[data-testid=new]')).backgroundColor");
  await page.getByTestId("new").waitFor();
  const before = await colour();
  await page.getByTestId("new").hover();
  await page.locator("[data-testid=new]:hover").waitFor();
  expect(await colour()).toBe(before);
});

test("the items of messages and sessions have what checks from outside hold on to", async () => {
  const { open, makeSession, client } = await setStage();
  const id = await makeSession("Talk", ["one"]);
  const page = await open(id);
  await expectShown(page, ["one"]);
  const { messages } = await client.session.get.query({ session_id: id });
  const { id: messageId, key } = messages[0] ?? {};
  const item = page.locator(
    `li[data-id="${messageId}"][data-key="${key}"][data-state="sent"][data-sender="user"][data-status]`,
  );
  for (const name of [".edit", ".delete"]) expect(await item.locator(name).boundingBox()).not.toBeNull();
  const row = page.locator(`[data-session="${id}"]`);
  expect(await row.locator("a").first().textContent()).toBe("Talk");
  expect(await row.locator(".delete-session").boundingBox()).not.toBeNull();
  expect(await page.getByTestId("title").textContent()).toBe("Talk");
});

const faultsOf = async (page: Page): Promise<string[]> => {
  expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
};

test.each([
  ["light", 390],
  ["dark", 1280],
] as const)("axe finds nothing in any state (%s, %d px)", async (colorScheme, width) => {
  const stage = await setStage({
    // Colours that are under way have no contrast of their own.
    context: { colorScheme, viewport: { width, height: 844 }, reducedMotion: "reduce" },
  });
  const page = await stage.open();
  await isLive(page);
  const faults: Record<string, string[]> = { empty: await faultsOf(page) };
  const markdown =
    "# Head\n\n### Sub\n\n- [x] *done*\n\n```ts\nconst a = 1;\n```\n\n| a | b |\n|-|-|\n| 1 | [2](https://example.com) |\n\n> quote";
  const id = await stage.makeSession("Talk", ["Hello", markdown]);
  await stage.makeSession("Another");
  await expectListed(page, ["Another", "Talk"]);
  faults["list"] = await faultsOf(page);
  await page.goto(`${stage.gateway.url}/app#${id}`);
  await page.locator(".content strong, .content em").waitFor();
  faults["conversation"] = await faultsOf(page);
  await messageWith(page, "Hello").locator(".edit").click();
  faults["editor"] = await faultsOf(page);
  await page.keyboard.press("Escape");
  await messageWith(page, "Hello").locator(".delete").click();
  faults["question"] = await faultsOf(page);
  await page.keyboard.press("Escape");
  await send(page, "x".repeat(100_001));
  await page.locator('li[data-state="failed"]').waitFor();
  faults["failed"] = await faultsOf(page);
  stage.proxy.treatment = "refuse";
  stage.proxy.cut();
  await page.getByTestId("offline").waitFor();
  await send(page, "waits");
  await page.locator('li[data-state="pending"]').waitFor();
  faults["offline"] = await faultsOf(page);
  expect(faults).toEqual(Object.fromEntries(Object.keys(faults).map((state) => [state, []])));
});
