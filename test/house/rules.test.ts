import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** The promises of the server, and the behaviour of the client. */
const documents = ["server/SPEC.md", "client-sdk/PROTOCOL.md"];

const rules = documents.flatMap((file) =>
  [...readFileSync(join(root, file), "utf8").matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm)].map(([, id]) => id),
);

/** The ids in brackets in the titles of tests. */
const cited = globSync("test/**/*.test.ts", { cwd: root }).flatMap((file) =>
  [...readFileSync(join(root, file), "utf8").matchAll(/\[([A-Z]+-\d+)\]/g)].map(([, id]) => id),
);

test("every rule of SPEC.md and PROTOCOL.md is named once, and cited by a test that proves it", () => {
  expect(rules.length).toBeGreaterThan(30);
  expect(new Set(rules).size).toBe(rules.length);
  expect(rules.filter((id) => !cited.includes(id))).toEqual([]);
});

test("no test cites a rule that there is not", () => {
  expect(cited.filter((id) => !rules.includes(id))).toEqual([]);
});
