import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { oneAtATime } from "./one-at-a-time.ts";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);
const sources = ["{client-sdk,server}/**/*.{ts,json}", "client-sdk/{README.md,LICENSE}", "tsconfig.json"];
const cache = join(root, "node_modules/.cache/ai-desk-client");

/**
 * The packed client. The first test that asks makes it, once for the current sources.
 *
 * @returns the path of the tarball
 */
export async function packClient(): Promise<string> {
  const folder = join(cache, hashSources());
  return findTarball(folder) ?? oneAtATime(folder, async () => findTarball(folder) ?? makeTarball(folder));
}

function findTarball(folder: string): string | undefined {
  try {
    return readdirSync(folder).map((file) => join(folder, file))[0];
  } catch {
    return undefined;
  }
}

async function makeTarball(folder: string): Promise<string> {
  mkdirSync(cache, { recursive: true });
  await run("npm", ["run", "build", "-w", "client-sdk"], { cwd: root });
  const draft = mkdtempSync(join(cache, "draft-"));
  await run("npm", ["pack", "-w", "client-sdk", "--pack-destination", draft], { cwd: root });
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another test was faster, with the same sources.
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  }
  const tarball = findTarball(folder);
  if (tarball === undefined) throw new Error("npm packed nothing.");
  return tarball;
}

/** Installs the packed client in a project, with the tRPC of this repository. */
export async function unpackClient(project: string): Promise<void> {
  const client = join(project, "node_modules/@ai-desk/client");
  mkdirSync(client, { recursive: true });
  await run("tar", ["-xzf", await packClient(), "-C", client, "--strip-components", "1"]);
  symlinkSync(join(root, "node_modules/@trpc"), join(project, "node_modules/@trpc"));
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
