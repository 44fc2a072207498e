import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { scenarios } from "./scenarios/index.ts";
import type { PageFiles } from "./support/built-page.ts";
import { buildPage } from "./support/built-page.ts";
import { setStage } from "./support/stage.ts";

let browser: Browser;
let files: Record<"development" | "production", PageFiles>;
beforeAll(async () => {
  browser = await launchBrowser();
  files = { development: await buildPage("development"), production: await buildPage() };
});
afterAll(() => browser.close());

test("there are twenty-one scenarios", () => {
  expect(Object.keys(scenarios).length).toBe(21);
});

test.each(Object.entries(scenarios))(
  "the page shows what is stored, once and in order: %s",
  { timeout: 90_000 },
  (_name, expectToHold) =>
    expectToHold(({ react = "production", ...options } = {}) =>
      setStage(browser, { files: files[react], ...options }),
    ),
);
