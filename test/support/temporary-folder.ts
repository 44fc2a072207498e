import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new folder for the running test. It is removed after the test has closed everything in it. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
