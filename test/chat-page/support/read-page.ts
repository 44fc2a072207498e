import type { BrowserContext, Page, Route } from "playwright-core";
import { expect } from "vitest";

/** The contents of the messages that the page shows, in order. */
export function contentsOf(page: Page): Promise<string[]> {
  return page.locator("li[data-id] .content").allTextContents();
}

/** Resolves when the page shows just these messages, in this order. */
export async function expectShown(page: Page, contents: readonly string[]): Promise<void> {
  await expect.poll(() => contentsOf(page)).toEqual(contents);
}

/** Resolves when the page shows a message that has this text, and that all its messages are sent. */
export async function expectSent(page: Page, text: string): Promise<void> {
  // A page that does not show the message yet has none that is not sent.
  await page.locator("li[data-id]").filter({ hasText: text }).first().waitFor();
  const states = () =>
    page.locator("li[data-id]").evaluateAll((items) =>
      // The page's own types are not known here.
      items.map((item) => (item as unknown as { dataset: { state: string } }).dataset.state),
    );
  await expect.poll(async () => new Set(await states())).toEqual(new Set(["sent"]));
}

/** The titles of the list, in order. */
export async function expectListed(page: Page, titles: readonly string[]): Promise<void> {
  await expect
    .poll(() => page.locator("[data-session]").locator("a:first-of-type").allTextContents())
    .toEqual(titles);
}

/** Writes a message and presses Enter. */
export async function send(page: Page, content: string): Promise<void> {
  await page.getByTestId("composer").fill(content);
  await page.getByTestId("composer").press("Enter");
}

/** The item of the message that has this content. */
export function messageWith(page: Page, content: string) {
  return page.locator("li[data-id]").filter({ has: page.getByText(content, { exact: true }) });
}

/** Calls that do not leave the browser, or whose answers do not reach the page, until they are let go. */
class HeldCalls {
  readonly #waiting: (() => void)[] = [];
  readonly #counts: ((count: number) => void)[] = [];
  #isOpen = false;
  count = 0;

  /** Waits in the way of a call. */
  async pass(): Promise<void> {
    this.count += 1;
    for (const told of this.#counts) told(this.count);
    if (!this.#isOpen) await new Promise<void>((go) => this.#waiting.push(go));
  }

  /** Resolves when so many calls have come. */
  async until(count: number): Promise<void> {
    if (this.count >= count) return;
    await new Promise<void>((done) => this.#counts.push((now) => now >= count && done()));
  }

  letGo(): void {
    this.#isOpen = true;
    for (const go of this.#waiting.splice(0)) go();
  }
}

/**
 * Holds the calls of a procedure until they are let go.
 *
 * @param holds the calls on their way to the server, or their answers on the way back
 * @param times so many of them; all by default
 */
export async function holdCalls(
  context: BrowserContext,
  procedure: string,
  { holds = "calls", times }: { holds?: "calls" | "answers"; times?: number } = {},
): Promise<HeldCalls> {
  const held = new HeldCalls();
  await context.route(
    callsOf(procedure),
    async (route) => {
      const response = holds === "answers" ? await route.fetch() : undefined;
      await held.pass();
      // The page that asked may be gone.
      await (response ? route.fulfill({ response }) : route.continue()).catch(() => undefined);
    },
    times === undefined ? {} : { times },
  );
  return held;
}

/** The calls of a procedure over HTTP. */
export const callsOf = (procedure: string): RegExp => new RegExp(`/trpc/${procedure.replace(".", "\\.")}\\?`);

/** Answers a call as the server does when it refuses it. */
export async function refuse(route: Route, code: string, message: string): Promise<void> {
  const error = { message, code: -32_003, data: { code, httpStatus: 403 } };
  await route.fulfill({ status: 403, json: [{ error }] });
}

const storedNames = `new Promise((resolve) => {
  const opening = indexedDB.open("ai-desk", 1);
  opening.onsuccess = () => {
    const names = opening.result.transaction("values").objectStore("values").getAllKeys();
    opening.result.close();
    names.onsuccess = () => resolve(names.result);
  };
})`;

/** Resolves when the browser has stored the conversation for the next visit. A page that ends sooner may not store it. */
export async function untilKept(page: Page, id: string): Promise<void> {
  const name = expect.stringMatching(`kept/session/${id}$`) as string;
  await expect.poll(() => page.evaluate(storedNames)).toContainEqual(name);
}
