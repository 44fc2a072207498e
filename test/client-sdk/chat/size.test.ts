import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundle, bundleInChunks } from "./support/bundle.ts";

const gzipBytes = (code: string) => gzipSync(code, { level: 9 }).length;

test("the stores are small, and what a page does not need before it is live comes apart", async () => {
  const chunks = await bundleInChunks("chat-state.ts", "ChatState");
  const sizes = Object.fromEntries(chunks.map(({ name, code }) => [name, gzipBytes(code)]));
  const { later = 0, ...first } = sizes;
  const before = Object.values(first).reduce((sum, bytes) => sum + bytes, 0);
  const storage = gzipBytes(await bundle("storage/indexed-db-storage.ts"));
  process.stdout.write(
    `stores: ${before} bytes before live, ${later} later, ${storage} for IndexedDB (min+gzip)\n`,
  );
  expect(later).toBeGreaterThan(0);
  expect(before).toBeLessThan(7600);
  expect(later).toBeLessThan(3600);
});
