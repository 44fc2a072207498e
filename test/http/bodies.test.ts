import { describe, expect, test } from "vitest";
import { createSession, readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";

const json = { "content-type": "application/json" };

async function prepare(): Promise<RunningApp> {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  return app;
}

async function nothingStored({ url }: RunningApp): Promise<void> {
  expect((await readSession(url, "s")).messages).toEqual([]);
  expect((await send(url, "s", "the next good one")).id).toBe(1);
}

describe("a body is JSON in UTF-8 and no longer than the limit, over REST and over tRPC", () => {
  const good = JSON.stringify({ session_id: "s", content: "a", sender: "user" });
  const cases: [string, Record<string, string>, string | Uint8Array<ArrayBuffer>, number, string][] = [
    ["plain text", { "content-type": "text/plain" }, good, 415, "UNSUPPORTED_MEDIA_TYPE"],
    [
      "a form",
      { "content-type": "application/x-www-form-urlencoded" },
      "content=a",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [
      "a multipart form",
      { "content-type": "multipart/form-data; boundary=x" },
      "--x--",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    ["of bytes", { "content-type": "application/octet-stream" }, good, 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["of no type", {}, new TextEncoder().encode(good), 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["compressed", { ...json, "content-encoding": "gzip" }, good, 415, "UNSUPPORTED_MEDIA_TYPE"],
    [
      "bytes that are not UTF-8",
      json,
      Uint8Array.from(Buffer.from(good.replace("a", "\xff"), "latin1")),
      400,
      "BAD_REQUEST",
    ],
    ["30 MB", json, JSON.stringify({ content: "x".repeat(30_000_000) }), 413, "PAYLOAD_TOO_LARGE"],
  ];

  test.each(cases)(
    "a body that is %s is refused and stores nothing",
    async (_name, headers, body, status, code) => {
      const app = await prepare();
      const rest = await fetch(`${app.url}/api/sessions/s/messages`, { method: "POST", headers, body });
      expect([rest.status, await rest.json()]).toMatchObject([status, { code }]);
      const trpc = await fetch(`${app.url}/trpc/message.add`, { method: "POST", headers, body });
      expect([trpc.status, await trpc.json()]).toMatchObject([
        status,
        { error: { data: { code, httpStatus: status } } },
      ]);
      await nothingStored(app);
    },
  );

  test("a body that comes in chunks without a length is refused once it is longer than the limit", async () => {
    const app = await prepare();
    const chunk = new Uint8Array(1_000_000).fill(32);
    const body = ReadableStream.from(Array.from({ length: 30 }, () => chunk));
    const init = { method: "POST", headers: json, body, duplex: "half" } as const;
    const answer = await fetch(`${app.url}/api/sessions/s/messages`, init);
    expect([answer.status, await answer.json()]).toMatchObject([413, { code: "PAYLOAD_TOO_LARGE" }]);
    await nothingStored(app);
  });

  test.each(["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8; x=y"])(
    "a body of the type %s is taken as JSON",
    async (type) => {
      const { url } = await prepare();
      const init = { method: "POST", headers: { "content-type": type }, body: good };
      expect((await fetch(`${url}/api/sessions/s/messages`, init)).status).toBe(200);
      expect((await fetch(`${url}/trpc/message.add`, init)).status).toBe(200);
    },
  );
});
