import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { followSession, openLine } from "../../support/line-reader.ts";
import { startOtherServer } from "../../support/other-server.ts";
import { Collector } from "../../support/readers.ts";

function answer(response: ServerResponse, body: object, status = 200): true {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  return true;
}

/** A server whose logs are empty, which can be asked by polls alone. `onLong` may answer a poll that waits. */
async function startPolled(onLong: (response: ServerResponse, count: number) => boolean) {
  const waits = new Collector<string>();
  let longs = 0;
  const url = await startOtherServer(({ url: path = "" }, response) => {
    if (path.startsWith("/trpc/health")) {
      return void answer(response, { result: { data: { name: "AI Desk" } } });
    }
    const wait = /\/events\?.*wait=(\d+)/.exec(path)?.[1];
    // An event stream that gives no byte does not get through.
    if (path.includes("/stream")) return undefined;
    if (wait === undefined) return void response.writeHead(404).end();
    waits.add(wait);
    if (wait === "0") return void answer(response, { events: [], position: "e:1" });
    if (!onLong(response, (longs += 1))) response.destroy();
    return undefined;
  });
  return { url, waits };
}

const timing = { firstByteMs: 300, attemptTimeoutMs: 300, retryMs: 1, maxRetryMs: 10, turnMs: 60_000 };

test.each([
  [429, "TOO_MANY_REQUESTS"],
  [503, "SERVICE_UNAVAILABLE"],
])("a poll that the server refuses with %i does not shorten the next ones [WAY-3]", async (status, code) => {
  const { url, waits } = await startPolled(
    (response, count) => count > 2 || answer(response, { code, message: "Later." }, status),
  );
  const { line } = openLine({ url }, { timing });
  const reader = followSession(line, "s");
  await waits.until((items) => items.filter((wait) => wait !== "0").length === 3);
  expect(waits.items.filter((wait) => wait !== "0")).toEqual(["25", "25", "25"]);
  // The log alone waits, and not the line.
  expect(reader.statuses.items).toContain("offline");
});

test("a poll that is cut on the way shortens the next ones [WAY-3]", async () => {
  const { url, waits } = await startPolled((_, count) => count > 2);
  const { line } = openLine({ url }, { timing });
  followSession(line, "s");
  await waits.until((items) => items.filter((wait) => wait !== "0").length === 3);
  expect(waits.items.filter((wait) => wait !== "0")).toEqual(["25", "12", "6"]);
});
