import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

test("each file and folder that ARCHITECTURE.md names is there", () => {
  const text = readFileSync(join(root, "server/ARCHITECTURE.md"), "utf8");
  const named = [...text.matchAll(/`(?<path>[a-z-]+(?:\/[\w.-]*)+|[\w-]+\.ts)`/g)].map(
    ({ groups }) => groups?.["path"] ?? "",
  );
  expect(named.length).toBeGreaterThan(30);
  const missing = named.filter(
    (path) => !existsSync(join(root, "server", path)) && !existsSync(join(root, path)),
  );
  expect(missing).toEqual([]);
});

test("each link between the documents leads to a file", () => {
  const documents = globSync(["*.md", "{db,server,client-sdk,test}/**/*.md"], {
    cwd: root,
    exclude: (name) => name.includes("node_modules") || name.includes("vendor") || name.includes("dist"),
  });
  const broken = documents.flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(/\]\((?<target>[^)\s:]+)\)/g)]
      .map(({ groups }) => (groups?.["target"] ?? "").replace(/#.*$/, ""))
      .filter((target) => target !== "" && !existsSync(join(root, dirname(file), target)))
      .map((target) => `${file}: ${target}`),
  );
  expect(documents.length).toBeGreaterThan(10);
  expect(broken).toEqual([]);
});
