import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../../support/browser.ts";
import { Random } from "../../support/random.ts";
import { expectContents, sayAndSee, senders, setStage } from "../../support/tab-stage.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** A run takes many seconds: `TAB_STORMS=1-20 npm test -- tab-storm` runs these seeds. */
const [from = 1, to = from] = (process.env["TAB_STORMS"] ?? "1").split("-").map(Number);
const seeds = Array.from({ length: to - from + 1 }, (_, index) => from + index);

test.each(seeds)(
  "tabs that open, close, freeze and lose the line while messages come have all of them, once and in order (seed %i)",
  async (seed) => {
    const random = new Random(seed);
    const stage = await setStage(browser);
    const frozen = new Map<Page, () => void>();
    const contents: string[] = [];
    let pages: Page[] = [await stage.open(), await stage.open()];
    const awake = (): Page[] => pages.filter((page) => !frozen.has(page));

    const acts: Record<string, () => Promise<unknown>> = {
      async open() {
        if (pages.length < 6) pages.push(await stage.open());
      },
      async close() {
        if (awake().length < 2) return;
        const page = random.pick(awake());
        pages = pages.filter((each) => each !== page);
        await page.close();
      },
      async freeze() {
        if (awake().length < 2) return;
        const page = random.pick(awake());
        frozen.set(page, await stage.tabs.freeze(page));
      },
      async wake() {
        for (const [page, wake] of frozen) {
          frozen.delete(page);
          wake();
        }
      },
      async cut() {
        stage.proxy.cut();
      },
      async see() {
        contents.push(`message ${contents.length}`);
        await sayAndSee(stage, awake(), contents.at(-1) ?? "");
      },
    };
    for (let step = 0; step < 25; step += 1) {
      contents.push(`message ${contents.length}`);
      await stage.say(contents.at(-1) ?? "");
      await acts[random.pick(Object.keys(acts))]?.();
    }
    await acts["wake"]?.();
    await acts["see"]?.();
    await expectContents(pages, contents);
    expect((await senders(pages)).filter(Boolean)).toHaveLength(1);
    await expect.poll(() => stage.counts().followers).toBe(1);
  },
);
