import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packClient } from "../../support/pack-client.ts";

const root = resolve(import.meta.dirname, "../../..");
let tarball: Buffer;
let unpacked: string;
let paths: string[];

type Condition = { types: string; default: string };
type Manifest = Record<string, unknown> & {
  exports: Record<string, { import: Condition; require: Condition } | string>;
  files: string[];
};

const readManifest = (folder: string) =>
  JSON.parse(readFileSync(join(root, "client-sdk", folder, "package.json"), "utf8")) as Manifest;

beforeAll(async () => {
  const file = await packClient();
  tarball = readFileSync(file);
  unpacked = mkdtempSync(join(tmpdir(), "ai-desk-client-"));
  execFileSync("tar", ["-xzf", file, "-C", unpacked]);
  paths = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");
});

afterAll(() => rmSync(unpacked, { recursive: true }));

test("publint finds nothing, however strict", async () => {
  const data = new Uint8Array(tarball).buffer;
  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("the types are right for every way of resolving the package", async () => {
  const found = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  expect(found.types && found.problems).toEqual([]);
});

test("installing it brings tRPC's packages and no tool", () => {
  const manifest = readManifest("");
  expect(manifest["dependencies"]).toBeUndefined();
  const peers = Object.keys(manifest["peerDependencies"] ?? {});
  const optional = manifest["peerDependenciesMeta"] as Record<string, unknown>;
  expect(peers.filter((name) => !(name in optional))).toEqual(["@trpc/client", "@trpc/server"]);
  const names = ["@ai-sdk/react", "@assistant-ui/react", "ai", "react"];
  expect(optional).toEqual(Object.fromEntries(names.map((name) => [name, { optional: true }])));
  expect(manifest["scripts"]).toEqual({ build: "node build.ts" });
});

test("a resolver that does not read `exports` finds the same files", () => {
  const { exports, main, module, types, files } = readManifest("");
  const subpaths = Object.keys(exports).filter((name) => name !== "." && name !== "./package.json");
  expect(subpaths.length).toBeGreaterThan(0);
  for (const name of [".", ...subpaths]) {
    const entry = exports[name];
    if (typeof entry !== "object") throw new Error(`${name} has no conditions.`);
    const plain = name === "." ? { main, module, types } : readManifest(name);
    const up = (path: string) => (name === "." ? path : path.replace("./", "../"));
    expect(plain, name).toMatchObject({
      main: up(entry.require.default),
      module: up(entry.import.default),
      types: up(entry.require.types),
    });
    if (name !== ".") expect(files).toContain(name.slice(2));
  }
});

test("the package has the licence, its texts, and nothing beside what it runs and its types", () => {
  const ownLicense = readFileSync(join(root, "client-sdk/LICENSE"), "utf8");
  expect(ownLicense).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
  const beside = paths
    .map((path) => path.replace("package/", ""))
    .filter((path) => !path.startsWith("dist/"));
  const folders = readManifest("").files.filter((name) => !["dist", "PROTOCOL.md"].includes(name));
  expect(beside.toSorted()).toEqual(
    [
      "LICENSE",
      "PROTOCOL.md",
      "README.md",
      "package.json",
      ...folders.map((name) => `${name}/package.json`),
    ].toSorted(),
  );
});

test("the main entry reaches no file of Node's, and no types of tRPC, zod or Node", () => {
  const dist = join(unpacked, "package/dist/client-sdk/src");
  const scripts = reach(join(dist, "index.js"));
  expect(scripts.packages).toEqual(["@trpc/client"]);
  expect(scripts.files.some((path) => path.endsWith("file-storage.js"))).toBe(false);
  const types = reach(join(dist, "index.d.ts"));
  expect(types.packages).toEqual([]);
  expect(types.files.map((path) => readFileSync(path, "utf8")).join("")).not.toMatch(/NodeJS|zod|reference/);
});

test("the package holds nothing of the domain or the database", () => {
  const files = paths.filter((path) => path.startsWith("package/dist/"));
  const room = /^package\/dist\/(cjs\/)?(client-sdk\/src|server\/(contract|trpc))\//;
  expect(files.filter((path) => !room.test(path))).toEqual(["package/dist/cjs/package.json"]);
  expect(files.filter((path) => /server\/trpc\/.*\.js$/.test(path))).toEqual([]);
});

/** All files that a file imports, and the packages that they name. */
function reach(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    for (const [, specifier = ""] of readFileSync(path, "utf8").matchAll(/(?:from |import\()"([^"]+)"/g)) {
      const target = resolve(path, "..", specifier);
      const source = path.endsWith(".d.ts") ? target.replace(/\.js$/, ".d.ts") : target;
      if (!specifier.startsWith(".")) packages.add(specifier);
      else if (existsSync(source)) visit(source);
      else throw new Error(`${path} imports ${specifier}, which is not there.`);
    }
  };
  visit(entry);
  return { files: [...files], packages: [...packages] };
}
