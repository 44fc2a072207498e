import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { fillSession } from "../support/fill-session.ts";
import { startApp } from "../support/start-app.ts";
import {
  callsOf,
  contentsOf,
  expectSent,
  expectShown,
  holdCalls,
  messageWith,
  refuse,
  send,
} from "./support/read-page.ts";
import { useStage } from "./support/stage.ts";

const setStage = useStage();

const fromEnd = (page: Page): Promise<number> =>
  page.evaluate<number>(`(() => {
    const { scrollHeight, scrollTop, clientHeight } = document.querySelector("[data-testid=scroll]");
    return scrollHeight - scrollTop - clientHeight;
  })()`);

/** Where the view is, when so many frames were drawn. */
const placeAfter = (page: Page, frames: number): Promise<number> =>
  page.evaluate<number>(`new Promise((done) => {
    let left = ${frames};
    const look = () => {
      if (left === 0) return done(document.querySelector("[data-testid=scroll]").scrollTop);
      left -= 1;
      requestAnimationFrame(look);
    };
    look();
  })`);

const messageCount = 10_000;

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `message ${index + 1}`);

test("the view stays at the end while it is there, and where it is when it is not", async () => {
  const { open, makeSession, client } = await setStage();
  const id = await makeSession("Talk", numbered(40));
  const page = await open(id);
  const add = (content: string) =>
    client.message.add.mutate({ session_id: id, content, sender: "assistant" });
  await messageWith(page, "message 40").waitFor();
  await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  await add("a long one\n\n".repeat(20));
  await page.getByText("a long one").first().waitFor();
  await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  await page.getByTestId("scroll").hover();
  // A turn of the wheel moves the view over several frames.
  await page.evaluate(`{
    const view = document.querySelector("[data-testid=scroll]");
    view.addEventListener("scrollend", () => (window.standsStill = true), { once: true });
  }`);
  await page.mouse.wheel(0, -600);
  // The policy of the page forbids what `waitForFunction` does.
  await expect.poll(() => page.evaluate("window.standsStill")).toBe(true);
  await page.getByRole("button", { name: "Latest messages" }).waitFor();
  const place = await placeAfter(page, 2);
  await add("unseen");
  await messageWith(page, "unseen").waitFor({ state: "attached" });
  expect(await placeAfter(page, 5)).toBe(place);
  await page.getByRole("button", { name: "Latest messages" }).click();
  await expect.poll(() => fromEnd(page)).toBeLessThan(2);
});

test("a reader who scrolls up in the frame in which the conversation grows is not taken back to its end", async () => {
  const { open, makeSession } = await setStage();
  const page = await open(await makeSession("Talk", numbered(40)));
  await messageWith(page, "message 40").waitFor();
  await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  // The observer of the page is called before this one, and the scroll event comes with the next frame.
  await page.evaluate(`new Promise((done) => {
    const view = document.querySelector("[data-testid=scroll]");
    const list = view.firstElementChild;
    const grow = () => (list.style.minHeight = list.offsetHeight + 300 + "px");
    const observer = new ResizeObserver(() => {
      if (list.style.minHeight === "") return grow();
      observer.disconnect();
      view.scrollTop -= 200;
      requestAnimationFrame(() => requestAnimationFrame(() => done(grow())));
    });
    observer.observe(list);
  })`);
  const place = await placeAfter(page, 2);
  expect(await placeAfter(page, 5)).toBe(place);
  expect(await fromEnd(page)).toBeGreaterThan(400);
});

test("a click while the view scrolls reaches the message under the pointer", async () => {
  const { open, makeSession } = await setStage();
  const page = await open(await makeSession("Talk", numbered(40)));
  await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  const isReached = await page.evaluate<boolean>(`new Promise((done) => {
    const view = document.querySelector("[data-testid=scroll]");
    view.addEventListener("scroll", () => {
      // The virtualiser renders its state of scrolling first.
      requestAnimationFrame(() => requestAnimationFrame(() => {
        const { left, top, width, height } = view.getBoundingClientRect();
        const under = document.elementFromPoint(left + width / 2, top + height / 2);
        done(view.firstElementChild.contains(under));
      }));
    }, { once: true });
    view.scrollTop -= 300;
  })`);
  expect(isReached).toBe(true);
});

test("while the page scrolls, all messages of a conversation that is not long stay in the document", async () => {
  const { open, makeSession } = await setStage();
  const page = await open(await makeSession("Talk", numbered(50)));
  await expect.poll(async () => (await contentsOf(page)).length).toBe(50);
  await page.evaluate(`{
    window.fewest = Infinity;
    const count = () => (window.fewest = Math.min(window.fewest, document.querySelectorAll("li[data-id]").length));
    new MutationObserver(count).observe(document.querySelector("[data-testid=scroll]"), { childList: true, subtree: true });
  }`);
  for (const place of ["0", "element.scrollHeight"]) {
    await page.evaluate(`new Promise((done) => {
      const element = document.querySelector("[data-testid=scroll]");
      element.addEventListener("scrollend", done, { once: true });
      element.scrollTop = ${place};
    })`);
    await placeAfter(page, 5);
  }
  await send(page, "the last one");
  await expectSent(page, "the last one");
  expect(await page.evaluate("window.fewest")).toBe(51);
});

test("a message is rendered again when it changes, and not when another one comes", async () => {
  const { open, makeSession, client } = await setStage();
  const id = await makeSession("Talk", numbered(40));
  const page = await open(id);
  await expect.poll(async () => (await contentsOf(page)).length).toBe(40);
  // Each rendering of a message formats its time.
  await page.evaluate(`{
    window.rendered = 0;
    const { format } = Object.getOwnPropertyDescriptors(Intl.DateTimeFormat.prototype);
    Object.defineProperty(Intl.DateTimeFormat.prototype, "format", {
      ...format,
      get() {
        window.rendered += 1;
        return format.get.call(this);
      },
    });
  }`);
  await client.message.add.mutate({ session_id: id, content: "another", sender: "assistant" });
  await messageWith(page, "another").waitFor();
  await expect.poll(() => fromEnd(page)).toBeLessThan(2);
  const rendered = await page.evaluate<number>("window.rendered");
  expect(rendered).toBeGreaterThan(0);
  expect(rendered).toBeLessThan(20);
});

test("earlier messages load while the page is scrolled up, and the place is kept", async () => {
  const { open, makeSession, context } = await setStage();
  const contents = numbered(130);
  const id = await makeSession("Talk", contents);
  const page = await open(id);
  await expect.poll(async () => (await contentsOf(page)).length).toBe(50);
  const held = await holdCalls(context, "message.list");
  // The place of a message in the view, at each frame; null where it is not in the document.
  await page.evaluate(`{
    window.places = [];
    const view = document.querySelector("[data-testid=scroll]");
    const item = [...document.querySelectorAll("li[data-id]")].find((found) => found.textContent.includes("message 84"));
    view.scrollTop = item.offsetTop - 200;
    const key = item.dataset.key;
    const look = () => {
      const shown = document.querySelector('li[data-key="' + key + '"]');
      window.places.push(shown && Math.round(shown.getBoundingClientRect().top - view.getBoundingClientRect().top));
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }`);
  await held.until(1);
  await placeAfter(page, 5);
  const before = (await page.evaluate<unknown[]>("window.places")).length;
  held.letGo();
  await expect.poll(() => contentsOf(page)).toEqual(expect.arrayContaining(["message 40"]));
  await placeAfter(page, 10);
  const places = await page.evaluate<(number | null)[]>("window.places");
  // From the last frame without the earlier messages on.
  const kept = places.slice(before - 1);
  expect(kept.length).toBeGreaterThan(10);
  expect(kept).not.toContain(null);
  const numbers = kept.map(Number);
  expect(Math.max(...numbers) - Math.min(...numbers)).toBeLessThanOrEqual(4);
  await page.evaluate("document.querySelector('[data-testid=scroll]').scrollTop = 0");
  await expect.poll(async () => (await contentsOf(page)).length).toBe(130);
  expect(await contentsOf(page)).toEqual(contents);
});

test("earlier messages that are refused are asked for again when a person says so", async () => {
  const { open, makeSession, context } = await setStage();
  const contents = numbered(60);
  const page = await open(await makeSession("Talk", contents));
  await expect.poll(async () => (await contentsOf(page)).length).toBe(50);
  let asked = 0;
  await context.route(callsOf("message.list"), async (route) => {
    asked += 1;
    await refuse(route, "FORBIDDEN", "You may not read more.");
  });
  await page.evaluate("document.querySelector('[data-testid=scroll]').scrollTop = 0");
  await page.getByText("You may not read more.").waitFor();
  await send(page, "marker");
  await expectSent(page, "marker");
  expect(asked).toBe(1);
  await context.unrouteAll();
  await page.getByRole("button", { name: "Try again" }).click();
  await expectShown(page, [...contents, "marker"]);
});

test("of 10,000 messages few are in the document, and the time of a frame while scrolling is told", async ({
  annotate,
}) => {
  const server = await startApp();
  const stage = await setStage({ server });
  const id = await stage.makeSession("Long");
  const content = "A message with **bold** text, `code` and [a link](https://example.com).\n\n- one\n- two";
  fillSession(server.databaseFile, id, { count: messageCount, content });
  const page = await stage.open(id);
  await page.locator("li[data-id]").first().waitFor();
  await page.evaluate(async (session) => {
    const store = chat.session(session);
    while (store.getSnapshot().hasEarlier) await store.loadEarlier();
  }, id);
  await expect
    .poll(() => page.evaluate((session) => chat.session(session).getSnapshot().messages.length, id))
    .toBe(messageCount);
  expect(await page.locator("li[data-id]").count()).toBeLessThan(60);
  const frames = await page.evaluate<number[]>(`new Promise((done) => {
    const view = document.querySelector("[data-testid=scroll]");
    const frames = [];
    let last = performance.now();
    const step = (now) => {
      frames.push(now - last);
      last = now;
      view.scrollTop -= 400;
      if (frames.length < 120) requestAnimationFrame(step);
      else done(frames.slice(1));
    };
    requestAnimationFrame(step);
  })`);
  const p95 = frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)] ?? Infinity;
  await annotate(`p95 of a frame while scrolling ${messageCount} messages: ${p95.toFixed(1)} ms`);
});

declare const chat: {
  session(id: string): {
    getSnapshot(): { hasEarlier: boolean; messages: unknown[] };
    loadEarlier(): Promise<void>;
  };
};
