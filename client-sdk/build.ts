import { spawnSync } from "node:child_process";
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

const here = import.meta.dirname;
const emitted = mkdtempSync(join(tmpdir(), "ai-desk-client-"));
const output = join(here, "dist");

try {
  compile();
  const wanted = new Set<string>();
  for (const entry of ["index", "react/index"])
    for (const ending of ["js", "d.ts"])
      addWithImports(join(emitted, `client-sdk/src/${entry}.${ending}`), wanted);
  for (const file of wanted) put(file);
  removeAllBut(wanted);
} finally {
  rmSync(emitted, { recursive: true });
}

function compile(): void {
  const compiler = resolve(here, "../node_modules/.bin/tsc");
  const { status } = spawnSync(compiler, ["-p", here, "--outDir", emitted], { stdio: "inherit" });
  if (status !== 0) throw new Error("The client does not compile.");
}

/**
 * The compiler emits the whole server, since the client names the router's type. Of that the package takes what its
 * entries reach: the router's declarations, without the domain or the database behind them.
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
 * Each file changes at once or not at all, and none is away in between: tests that build at the same time, or pack what
 * another is building, would else find half a package.
 */
function put(file: string): void {
  const target = join(output, file);
  const content = readFileSync(join(emitted, file));
  if (existsSync(target) && readFileSync(target).equals(content)) return;
  mkdirSync(dirname(target), { recursive: true });
  const draft = join(mkdtempSync(join(here, ".draft-")), "file");
  writeFileSync(draft, content);
  renameSync(draft, target);
  rmSync(dirname(draft), { recursive: true });
}

function removeAllBut(wanted: ReadonlySet<string>): void {
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !wanted.has(relative(output, path))) rmSync(path, { force: true });
  }
}
