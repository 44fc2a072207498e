import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { printContract, printRouter } from "./types/print-contract.ts";

const asCommonJs = [
  "--module",
  "commonjs",
  "--moduleResolution",
  "bundler",
  "--verbatimModuleSyntax",
  "false",
  "--noCheck",
];

const here = import.meta.dirname;
const emitted = mkdtempSync(join(tmpdir(), "ai-desk-client-"));
const output = join(here, "dist");

type Conditions = { import: { types: string; default: string } };
type Manifest = { exports: Record<string, string | Conditions> };

/** CommonJS is for Jest, for bundlers without support for `exports`, and for `require` on Node before 20.19. */
const commonJs = "cjs";

try {
  await Promise.all([compile(emitted), compile(join(emitted, commonJs), ...asCommonJs)]);
  for (const folder of [emitted, join(emitted, commonJs)]) spellOutContract(folder);
  const found = new Set<string>();
  for (const entry of entries()) addWithImports(join(emitted, entry), found);
  writeFileSync(join(emitted, commonJs, "package.json"), '{ "type": "commonjs", "sideEffects": false }\n');
  const wanted = new Set([...found, "package.json"].flatMap((file) => [file, join(commonJs, file)]));
  wanted.delete("package.json");
  for (const file of wanted) put(file);
  removeAllBut(wanted);
} finally {
  rmSync(emitted, { recursive: true });
}

/** The files that `exports` of the package names, relative to `dist`. */
function entries(): string[] {
  const manifest = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as Manifest;
  return Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === "string" ? [] : Object.values(entry.import).map((path) => relative("./dist", path)),
  );
}

async function compile(folder: string, ...options: string[]): Promise<void> {
  const compiler = resolve(here, "../node_modules/.bin/tsc");
  const process = spawn(compiler, ["-p", here, "--outDir", folder, ...options], { stdio: "inherit" });
  const [status] = (await once(process, "exit")) as [number | null];
  if (status !== 0) throw new Error("The client does not compile.");
}

/** In the package the types of the contract are written out, with the contract's sentences. The sources infer them. */
function spellOutContract(folder: string): void {
  writeFileSync(join(folder, "client-sdk/src/types.d.ts"), printContract());
  writeFileSync(join(folder, "server/trpc/router.d.ts"), printRouter());
}

/**
 * The compiler emits the whole server, since the client uses the router's type. The package takes only the files that
 * its entries reach: the router's declarations, without the domain or the database behind them.
 */
function addWithImports(path: string, found: Set<string>): void {
  const file = relative(emitted, path);
  if (found.has(file)) return;
  found.add(file);
  for (const [, specifier] of readFileSync(path, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
    if (specifier === undefined) continue;
    const target = resolve(dirname(path), specifier);
    const imported = path.endsWith(".d.ts") ? target.replace(/\.[tj]s$/, ".d.ts") : target;
    if (!existsSync(imported)) throw new Error(`${path} imports ${specifier}, which was not emitted.`);
    addWithImports(imported, found);
  }
}

/**
 * Each file changes atomically, and none is ever missing. Otherwise tests that build at the same time, or that pack
 * what another test builds, would find an incomplete package.
 */
function put(file: string): void {
  const target = join(output, file);
  const content = withJsNames(file, readFileSync(join(emitted, file)));
  if (existsSync(target) && readFileSync(target).equals(content)) return;
  mkdirSync(dirname(target), { recursive: true });
  const draft = join(mkdtempSync(join(here, ".draft-")), "file");
  writeFileSync(draft, content);
  renameSync(draft, target);
  rmSync(dirname(draft), { recursive: true });
}

/** Declarations import `.ts` files, as the sources do. Not every compiler of our users resolves that to `.d.ts`. */
function withJsNames(file: string, content: Buffer): Buffer {
  if (!file.endsWith(".d.ts")) return content;
  return Buffer.from(content.toString().replaceAll(/((?:from |import\()"\.[^"]+)\.ts"/g, '$1.js"'));
}

function removeAllBut(wanted: ReadonlySet<string>): void {
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !wanted.has(relative(output, path))) rmSync(path, { force: true });
  }
}
