import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

type PutInPlace = {
  putInPlace: (draft: string, output: string) => void;
  removeOldDrafts: (folder: string) => void;
};

// It is plain JavaScript, for any Node.
const script = join(import.meta.dirname, "../../client-sdk/chat-page/put-in-place.js");
const { putInPlace, removeOldDrafts } = (await import(script)) as PutInPlace;

/** A built page that names one script. */
function makeDraft(name: string): string {
  const draft = makeTemporaryFolder();
  mkdirSync(join(draft, "assets"));
  writeFileSync(join(draft, "index.html"), `<script src="app/assets/${name}.js"></script>`);
  writeFileSync(join(draft, `assets/${name}.js`), name);
  return draft;
}

const scriptsIn = (folder: string): string[] => readdirSync(join(folder, "assets")).toSorted();

test("a new build leaves the files of the page before it, and removes those of older ones", () => {
  const output = join(makeTemporaryFolder(), "dist");
  for (const [name, scripts] of [
    ["one", ["one.js"]],
    ["two", ["one.js", "two.js"]],
    ["three", ["three.js", "two.js"]],
    ["three", ["three.js"]],
  ] as const) {
    putInPlace(makeDraft(name), output);
    expect(readFileSync(join(output, "index.html"), "utf8")).toContain(`app/assets/${name}.js`);
    expect(scriptsIn(output)).toEqual(scripts);
  }
});

test("a build that ends in the middle leaves the page before it as it was", () => {
  const output = join(makeTemporaryFolder(), "dist");
  putInPlace(makeDraft("one"), output);
  const draft = makeDraft("two");
  // A file cannot take the place of a folder.
  mkdirSync(join(output, "assets/two.js/in-the-way"), { recursive: true });
  expect(() => putInPlace(draft, output)).toThrow("two.js");
  expect(readFileSync(join(output, "index.html"), "utf8")).toContain("app/assets/one.js");
  expect(scriptsIn(output)).toContain("one.js");
});

test("the drafts of builds that were killed go with a later build, and those of builds under way stay", () => {
  const folder = makeTemporaryFolder();
  for (const name of [".draft-old", ".draft-new", "dist"]) mkdirSync(join(folder, name));
  for (const name of [".draft-old", "dist"]) utimesSync(join(folder, name), 0, 0);
  removeOldDrafts(folder);
  expect([".draft-old", ".draft-new", "dist"].map((name) => existsSync(join(folder, name)))).toEqual([
    false,
    true,
    true,
  ]);
});
