import { expect, test } from "vitest";
import {
  callsOf,
  expectListed,
  expectSent,
  expectShown,
  holdCalls,
  refuse,
  send,
} from "./support/read-page.ts";
import { useStage } from "./support/stage.ts";

const setStage = useStage();

test("what is written without a session open begins one, with its first line as the title", async () => {
  const stage = await setStage();
  const page = await stage.open();
  await send(page, "A first question\nand more");
  await expect.poll(() => page.getByTestId("title").allTextContents()).toEqual(["A first question"]);
  await expectShown(page, ["A first question\nand more"]);
  await expectSent(page, "and more");
  const { items } = await stage.client.session.list.query();
  expect(items.map(({ title }) => title)).toEqual(["A first question"]);
});

test("a chat without a title takes the first line of its first message, wherever it was made", async () => {
  const context = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const { open, client, makeSession, context: pages, gateway, stored } = await setStage({ context });
  const renames: string[] = [];
  await pages.route(callsOf("session.update"), async (route) => {
    renames.push(route.request().postData() ?? "");
    await route.continue();
  });
  const page = await open();
  const title = (): Promise<string[]> => page.getByTestId("title").allTextContents();
  await page.getByTestId("new").tap();
  await expect.poll(title).toEqual(["New chat"]);
  await send(page, "A first question\nand more");
  await send(page, "A second one");
  await expect.poll(title).toEqual(["A first question"]);
  await expectSent(page, "A second one");
  const elsewhere = await client.session.create.mutate({});
  const named = await makeSession("Named");
  const begun = await makeSession("New chat", ["old"]);
  for (const { id, now } of [
    { id: elsewhere.id, now: "From elsewhere" },
    { id: named, now: "Named" },
    { id: begun, now: "New chat" },
  ]) {
    await page.goto(`${gateway.url}/app#${id}`);
    await page.getByTestId("title").waitFor();
    await send(page, "From elsewhere");
    await expectSent(page, "From elsewhere");
    await expect.poll(title).toEqual([now]);
    await expect.poll(async () => (await stored(id)).at(-1)).toBe("From elsewhere");
  }
  const { items } = await client.session.list.query();
  expect(items.map((item) => item.title).toSorted()).toEqual([
    "A first question",
    "From elsewhere",
    "Named",
    "New chat",
  ]);
  expect(renames).toHaveLength(2);
});

test("each session keeps its draft, over a change of the session and a reload, until it is sent", async () => {
  const { open, makeSession, stored } = await setStage();
  const [one, two] = [await makeSession("One"), await makeSession("Two")];
  const page = await open(one);
  await page.getByTestId("composer").fill("draft of one");
  await page.locator(`[data-session="${two}"] a`).click();
  await expect.poll(() => page.getByTestId("title").textContent()).toBe("Two");
  expect(await page.getByTestId("composer").inputValue()).toBe("");
  await page.getByTestId("composer").fill("draft of two");
  await page.reload();
  expect(await page.getByTestId("composer").inputValue()).toBe("draft of two");
  await page.locator(`[data-session="${one}"] a`).click();
  await expect.poll(() => page.getByTestId("composer").inputValue()).toBe("draft of one");
  await page.getByTestId("composer").press("Enter");
  await expectSent(page, "draft of one");
  await page.reload();
  await expectShown(page, ["draft of one"]);
  expect(await page.getByTestId("composer").inputValue()).toBe("");
  expect(await stored(one)).toEqual(["draft of one"]);
});

test("a refused send says why, stays over a reload, and goes out with a retry", async () => {
  const { open, makeSession, context, stored } = await setStage();
  const id = await makeSession("Talk");
  const page = await open(id);
  await context.route(callsOf("message.add"), (route) =>
    refuse(route, "FORBIDDEN", "You may not write here."),
  );
  await send(page, "please");
  await page.locator('li[data-state="failed"]').waitFor();
  await page.getByText("Not sent: You may not write here.").waitFor();
  await page.reload();
  await page.locator('li[data-state="failed"]').waitFor();
  await context.unrouteAll();
  await page.locator("li .retry").click();
  await expectSent(page, "please");
  expect(await page.locator(".retry").count()).toBe(0);
  expect(await stored(id)).toEqual(["please"]);
});

test("the switch chooses who speaks", async () => {
  const { open, makeSession } = await setStage();
  const page = await open(await makeSession("Talk"));
  await send(page, "question");
  await page.getByText("Assistant", { exact: true }).click();
  await send(page, "answer");
  await expectSent(page, "answer");
  const senders = page.locator("li[data-id]").evaluateAll((items) =>
    // The page's own types are not known here.
    items.map((item) => (item as unknown as { dataset: { sender: string } }).dataset.sender),
  );
  expect(await senders).toEqual(["user", "assistant"]);
});

test("the search finds titles on pages of the list that were not loaded, and `more` loads them", async () => {
  const { open, makeSession } = await setStage();
  for (let count = 1; count <= 120; count += 1) await makeSession(`chat ${count}`);
  const page = await open();
  await page.getByTestId("more").waitFor();
  expect(await page.locator("[data-session]").count()).toBe(100);
  await page.getByTestId("more").click();
  await expect.poll(() => page.locator("[data-session]").count()).toBe(120);
  await page.getByTestId("more").waitFor({ state: "detached" });
  await page.reload();
  await page.getByTestId("more").waitFor();
  await page.getByRole("searchbox").fill("Chat 7");
  await expectListed(page, [
    "chat 79",
    "chat 78",
    "chat 77",
    "chat 76",
    "chat 75",
    "chat 74",
    "chat 73",
    "chat 72",
    "chat 71",
    "chat 70",
    "chat 7",
  ]);
  await page.getByRole("searchbox").fill("nothing like it");
  await page.getByText("No chat has such a title.").waitFor();
});

test("a search finds a title on the last page, and says that there is none when all titles are loaded", async () => {
  const { open, makeSession, context } = await setStage();
  await makeSession("the oldest");
  // The list begins with 100 sessions. Two pages of 50 are beyond them.
  for (let count = 1; count < 160; count += 1) await makeSession(`chat ${count}`);
  const held = await holdCalls(context, "session.list");
  // A page that comes before the next frame is under way in no render.
  await context.addInitScript("window.requestAnimationFrame = (callback) => setTimeout(callback, 1000);");
  const page = await open();
  await page.getByTestId("more").waitFor();
  await page.getByRole("searchbox").fill("nothing like it");
  await held.until(1);
  await page.getByText("Searching…").waitFor();
  expect(await page.getByText("No chat has such a title.").count()).toBe(0);
  held.letGo();
  await page.getByText("No chat has such a title.").waitFor();
  expect(held.count).toBe(2);
  await page.getByRole("searchbox").fill("the oldest");
  await expectListed(page, ["the oldest"]);
});

test("a search that cannot load all titles says why", async () => {
  const { open, makeSession, context } = await setStage();
  for (let count = 1; count <= 101; count += 1) await makeSession(`chat ${count}`);
  await context.route(callsOf("session.list"), (route) =>
    refuse(route, "FORBIDDEN", "You may not read more."),
  );
  const page = await open();
  await page.getByTestId("more").waitFor();
  await page.getByRole("searchbox").fill("nothing like it");
  await page.getByText("You may not read more.").waitFor();
  expect(await page.getByText("No chat has such a title.").count()).toBe(0);
});

test("the keyboard does everything", async () => {
  const { open, makeSession, stored } = await setStage();
  const [one, two] = [await makeSession("One", ["old"]), await makeSession("Two")];
  const page = await open(two);
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = (selector: string): Promise<unknown> =>
    page.locator(`${selector}:focus`).waitFor({ state: "attached" });
  await focused("[data-testid=composer]");
  await page.keyboard.type("first");
  await press("Shift+Enter");
  await page.keyboard.type("line");
  await press("Enter");
  await expectShown(page, ["first\nline"]);
  await expectSent(page, "first");
  // The arrow up edits the last message of one's own; the focus comes back.
  await press("ArrowUp");
  await focused("[data-testid=editor]");
  await press("Escape");
  await focused("[data-testid=composer]");
  await press("ArrowUp");
  await page.keyboard.type("!");
  await press("Enter");
  await focused("[data-testid=composer]");
  await expectShown(page, ["first\nline!"]);
  await expect.poll(() => stored(two)).toEqual(["first\nline!"]);
  await page.locator("li .edit").focus();
  await press("Enter");
  await focused("[data-testid=editor]");
  await press("Escape");
  await focused("li .edit");
  // So it does after a rename, saved or not.
  await page.locator(".rename").focus();
  await press("Enter");
  await focused("[data-testid=editor]");
  await page.keyboard.type("!");
  await press("Enter");
  await expect.poll(() => page.getByTestId("title").allTextContents()).toEqual(["Two!"]);
  await focused(".rename");
  await press("Enter", "Escape");
  await focused(".rename");
  // From the message's buttons to the question and back.
  await page.locator("li .edit").focus();
  await press("Tab");
  await focused("li .delete");
  await press("Enter");
  await focused("dialog button");
  await press("Escape");
  await focused("li .delete");
  await press("Enter", "Tab", "Enter");
  await expectShown(page, []);
  // Through the list.
  await page.locator(`[data-session="${two}"] a`).focus();
  await press("ArrowDown", "Enter");
  await expect.poll(() => page.getByTestId("title").textContent()).toBe("One");
  await focused("[data-testid=composer]");
  expect(await stored(one)).toEqual(["old"]);
});

test("a picture inside of a link is the text of that link", async () => {
  const { open, makeSession } = await setStage();
  const content = [
    "[![badge](https://example.com/badge.png)](https://example.com/one)",
    "[see **![](https://example.com/two.png)** there](https://example.com/two)",
    "![alone](https://example.com/three)",
  ].join(" ");
  const page = await open(await makeSession("Talk", [content]));
  await page.locator(".content a").first().waitFor();
  const links = await page.locator(".content a").all();
  expect(
    await Promise.all(links.map(async (link) => [await link.getAttribute("href"), await link.textContent()])),
  ).toEqual([
    ["https://example.com/one", "badge"],
    ["https://example.com/two", "see https://example.com/two.png there"],
    ["https://example.com/three", "alone"],
  ]);
});

test("Markdown is shown, and nothing in it runs, loads or hides the rest of the page", async () => {
  const stage = await setStage({
    context: { permissions: ["clipboard-read", "clipboard-write"] },
  });
  const code = "const a = 1 < 2;\n  return `b`;";
  const id = await stage.makeSession("Talk", [
    `**bold** and\n\n\`\`\`ts\n${code}\n\`\`\``,
    [
      "<script>window.broken = 1</script><img src=x onerror='window.broken = 2'>",
      "[a](javascript:window.broken=3) [b](https://example.com/) ![tracker](https://example.com/pixel.png)",
      "<style>body { display: none }</style> <iframe src='https://example.com/'></iframe>",
    ].join("\n\n"),
    // As deep as the parser's stack does not go, and as long as its time rises with the square.
    ">".repeat(25_000),
    "_a".repeat(50_000),
  ]);
  const page = await stage.open(id);
  await page.locator(".content strong").waitFor();
  expect(await page.locator(".content code").textContent()).toBe(code);
  // Another announcement may follow before the test looks.
  await page.evaluate(`window.announced = [];
    new MutationObserver(([{ target }]) => announced.push(target.textContent))
      .observe(document.querySelector("#announcements"), { childList: true })`);
  await page.getByRole("button", { name: "Copy code" }).click();
  await expect.poll(() => page.evaluate("window.announced")).toContain("Copied");
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(code);
  const contents = page.locator(".content");
  expect(await contents.nth(2).textContent()).toBe(">".repeat(25_000));
  expect(await contents.nth(3).textContent()).toBe("_a".repeat(50_000));
  const hostile = contents.nth(1);
  expect(await hostile.locator("img, script, style, iframe").count()).toBe(0);
  const links = await hostile.locator("a").all();
  expect(await Promise.all(links.map((link) => link.getAttribute("href")))).toEqual([
    null,
    "https://example.com/",
    "https://example.com/pixel.png",
  ]);
  expect(await page.evaluate("window.broken")).toBeUndefined();
  expect(stage.trouble).toEqual([]);
});
