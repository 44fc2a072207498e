import { expect, test } from "vitest";
import { scenarios } from "./scenarios/index.ts";
import { buildPage } from "./support/built-page.ts";
import { useStage } from "./support/stage.ts";

const setStage = useStage();

test("there are twenty-one scenarios", () => {
  expect(Object.keys(scenarios).length).toBe(21);
});

test.each(Object.entries(scenarios))(
  "the page shows what is stored, once and in order: %s",
  { timeout: 90_000 },
  (_name, expectToHold) =>
    expectToHold(async ({ react = "production", ...options } = {}) =>
      setStage({ files: await buildPage(react), ...options }),
    ),
);
