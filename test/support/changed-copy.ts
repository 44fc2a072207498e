import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";

const repository = resolve(import.meta.dirname, "../..");

/** A replacement of one text in one file. */
export type Edit = { file: string; from: string; to: string };

/**
 * A copy of the product with deliberate bugs.
 *
 * @returns its folder
 * @throws if a text to be replaced does not occur exactly once in its file: then the product has changed
 */
export function copyWith(edits: readonly Edit[]): string {
  const copy = takeFolder();
  for (const room of ["db", "server", "client-sdk/src"])
    cpSync(join(repository, room), join(copy, room), { recursive: true });
  cpSync(join(repository, "package.json"), join(copy, "package.json"));
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  for (const { file, from, to } of edits) {
    const parts = readFileSync(join(copy, file), "utf8").split(from);
    if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${from}`);
    writeFileSync(join(copy, file), parts.join(to));
  }
  return copy;
}

const taken = new Set<string>();

/**
 * A folder for the running test. The next test gets the same folder if it is free. Node caches compiled code by the
 * path of the file, so for successive copies it compiles only changed files.
 */
function takeFolder(): string {
  const paths = Array.from({ length: taken.size + 1 }, (_, index) =>
    join(tmpdir(), `ai-desk-copy-${process.pid}-${index}`),
  );
  const folder = paths.find((path) => !taken.has(path)) ?? "";
  taken.add(folder);
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
    taken.delete(folder);
  });
  mkdirSync(folder);
  return folder;
}
