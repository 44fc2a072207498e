import { isDeepStrictEqual } from "node:util";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { messageWith } from "../support/read-page.ts";
import type { Stage, StageOptions } from "../support/stage.ts";

/** Sets a stage with the page that is under test. */
export type SetStage = (
  options?: Pick<StageOptions, "server"> & {
    /** The build of React that the page has; the production one by default. */
    react?: "development" | "production";
  },
) => Promise<Stage>;

/**
 * Acts of users and faults of networks, by name. Each scenario ends with a check: all tabs show the stored messages, once and
 * in order. Scenarios find the parts of a page by the hooks that every page of AI Desk may carry: `data-testid`,
 * `data-session`, `data-id`, `data-state`, `.content`, `.edit` and `.delete`.
 */
export type Scenarios = Readonly<Record<string, (setStage: SetStage) => Promise<void>>>;

/** A stage with a session of these messages, and tabs that show it. */
export async function setStageWithTabs(
  setStage: SetStage,
  { tabs = 1, contents = [], ...options }: Parameters<SetStage>[0] & { tabs?: 1 | 2; contents?: string[] },
): Promise<Stage & { id: string; page: Page; other: Page }> {
  const stage = await setStage(options);
  const id = await stage.makeSession("Talk", contents);
  const openTab = async (): Promise<Page> => {
    const page = await stage.open(id);
    await page.getByTestId("title").waitFor();
    return page;
  };
  const page = await openTab();
  return { ...stage, id, page, other: tabs > 1 ? await openTab() : page };
}

type Element = {
  dataset: Record<string, string>;
  querySelector: (name: string) => { textContent: string } | null;
};

/** The messages of a page, such as `sent: Hello`. */
export async function statesOf(page: Page): Promise<string[]> {
  return page
    .locator("li[data-id]")
    .evaluateAll((items: unknown[]) =>
      (items as Element[]).map(
        (item) => `${item.dataset["state"]}: ${item.querySelector(".content")?.textContent}`,
      ),
    );
}

/** Resolves when just these messages are stored, and all tabs show just these, as sent and in this order. */
export async function expectAlike(
  { context, stored, id }: Stage & { id: string },
  contents: readonly string[],
): Promise<void> {
  await expect.poll(() => stored(id), { timeout: 25_000 }).toEqual(contents);
  const sent = contents.map((content) => `sent: ${content}`);
  for (const page of context.pages()) await expect.poll(() => statesOf(page)).toEqual(sent);
}

/** Resolves when all tabs list just the sessions that the server lists, in its order. */
export async function expectListedAlike({ context, client }: Stage): Promise<void> {
  for (const page of context.pages())
    await expect
      .poll(async () => {
        const { items } = await client.session.list.query({ order: "activity" });
        return isDeepStrictEqual(
          await listOf(page),
          items.map((item) => [item.id, item.title]),
        );
      })
      .toBe(true);
}

function listOf(page: Page): Promise<(string | undefined)[][]> {
  return page
    .locator("[data-session]")
    .evaluateAll((rows: unknown[]) =>
      (rows as Element[]).map((row) => [row.dataset["session"], row.querySelector("a")?.textContent]),
    );
}

/** Changes the text of a message on the page. */
export async function edit(page: Page, content: string, next: string): Promise<void> {
  await messageWith(page, content).locator(".edit").click();
  await page.getByTestId("editor").fill(next);
  await page.getByTestId("editor").press("Enter");
}

/** Makes a page load what is before its first message. */
export async function scrollToStart(page: Page): Promise<void> {
  await page.getByTestId("scroll").evaluate((list: unknown) => {
    const element = list as { scrollTop: number; dispatchEvent: (event: Event) => void };
    element.scrollTop = 0;
    element.dispatchEvent(new Event("scroll"));
  });
}

/**
 * Looks at each frame of a page from now on. @param complaint the body of a function that returns a text where something is
 * wrong @returns a function that gives the complaints
 */
export async function watchFrames(page: Page, complaint: string): Promise<() => Promise<unknown>> {
  await page.evaluate(`{
    const complaints = [];
    window.complaints = complaints;
    const look = () => {
      const found = (() => { ${complaint} })();
      if (found) complaints.push(found);
      requestAnimationFrame(look);
    };
    look();
  }`);
  return () => page.evaluate("window.complaints");
}

/** For {@link watchFrames}: the contents that are shown more than once. */
export const findDoubled = `
  const texts = [...document.querySelectorAll("li[data-id] .content")].map((item) => item.textContent);
  return texts.find((text, index) => texts.indexOf(text) !== index);`;
