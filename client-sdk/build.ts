import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, cpSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const here = import.meta.dirname;
const emitted = mkdtempSync(join(tmpdir(), "ai-desk-client-"));
const output = join(here, "dist");

try {
  compile();
  rmSync(output, { recursive: true, force: true });
  for (const entry of ["client-sdk/src/index.js", "client-sdk/src/index.d.ts"])
    copyWithImports(join(emitted, entry));
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
 * entry reaches: the router's declarations, without the domain or the database behind them.
 */
function copyWithImports(file: string, seen = new Set<string>()): void {
  if (seen.has(file)) return;
  seen.add(file);
  cpSync(file, file.replace(emitted, output));
  for (const [, specifier] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
    if (specifier === undefined) continue;
    const target = resolve(dirname(file), specifier);
    const imported = file.endsWith(".d.ts") ? target.replace(/\.[tj]s$/, ".d.ts") : target;
    if (!existsSync(imported)) throw new Error(`${file} imports ${specifier}, which was not emitted.`);
    copyWithImports(imported, seen);
  }
}
