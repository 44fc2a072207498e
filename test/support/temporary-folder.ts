import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder of its own for the running test, removed after it and after whatever it still has to close in there. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
