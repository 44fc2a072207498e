import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);
const sources = ["{client-sdk,server}/**/*.{ts,json}", "client-sdk/{README.md,LICENSE}", "tsconfig.json"];

/**
 * The packed client. It is made once for the sources as they are, whichever test asks first.
 *
 * @returns the path of the tarball
 */
export async function packClient(): Promise<string> {
  const cache = join(root, "node_modules/.cache/ai-desk-client");
  const folder = join(cache, hashSources());
  const found = () => readdirSync(folder).map((file) => join(folder, file))[0] ?? "";
  try {
    return found();
  } catch {
    mkdirSync(cache, { recursive: true });
  }
  await run("npm", ["run", "build", "-w", "client-sdk"], { cwd: root });
  const draft = mkdtempSync(join(cache, "draft-"));
  await run("npm", ["pack", "-w", "client-sdk", "--pack-destination", draft], { cwd: root });
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another test was faster, with the same sources.
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  }
  return found();
}

function hashSources(): string {
  const hash = createHash("sha256");
  const files = globSync(sources, { cwd: root, exclude: (name) => /^(dist|node_modules)$/.test(name) });
  for (const file of files.toSorted())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 16);
}
