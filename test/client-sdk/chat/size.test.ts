import { resolve } from "node:path";
import { expect, test } from "vitest";
import { firstLoadBytes } from "../../support/bundle.ts";

test("a line loads at most 6 kB before it is live over a WebSocket", async (context) => {
  const bytes = await firstLoadBytes(
    resolve(import.meta.dirname, "../../../client-sdk/src/chat/create-line.ts"),
  );
  await context.annotate(`${bytes} bytes`);
  expect(bytes).toBeLessThan(6 * 1024);
});
