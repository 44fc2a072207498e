import { resolve } from "node:path";
import { expect, test } from "vitest";
import { loadBytes } from "../../support/bundle.ts";

/** The code of a chat before it is live over a WebSocket, without tRPC's; and what it loads later, by chunk. */
test("a chat loads at most 13.2 kB of its own before it is live over a WebSocket", async (context) => {
  const entry = resolve(import.meta.dirname, "../../../client-sdk/src/create-chat.ts");
  const own = await loadBytes(entry, { without: /^@trpc\// });
  const all = await loadBytes(entry);
  const later = Object.entries(own.later).map(([name, bytes]) => `${name} ${bytes}`);
  await context.annotate(`own ${own.first} bytes, with tRPC ${all.first}; later: ${later.join(", ")}`);
  expect(own.first).toBeLessThan(13_200);
  expect(Object.keys(own.later)).toEqual(expect.arrayContaining(["fallbacks", "several-tabs", "later"]));
});
