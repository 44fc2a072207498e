import { describe, expect, test } from "vitest";
import { anyOrigin, listedOrigins } from "../../server/http/origin-policy.ts";
import type { RawAnswer } from "../support/raw-request.ts";
import { sendRaw } from "../support/raw-request.ts";
import { createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const body = '{"content":"Hello","sender":"user"}';
const json = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
const upgrade =
  "Connection: Upgrade\r\nUpgrade: websocket\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
const input = "%7B%22session_id%22%3A%22s%22%7D";

/** Work that a page can ask for, at every door. */
const work: [string, string, string][] = [
  ["a read", "GET /api/sessions/s", ""],
  ["a read of what is not there", "GET /api/sessions/nobody", ""],
  ["a HEAD", "HEAD /api/sessions/s", ""],
  ["a write", "POST /api/sessions/s/messages", json],
  ["a deletion", "DELETE /api/sessions/s", ""],
  ["a stream", "GET /api/sessions/s/events/stream", ""],
  ["a read over tRPC", `GET /trpc/session.get?input=${input}`, ""],
  ["a batch over tRPC", `GET /trpc/session.list,session.list?batch=1&input=%7B%7D`, ""],
  ["a write over tRPC", "POST /trpc/session.delete", json],
  ["a stream over tRPC", `GET /trpc/session.onEvent?input=${input}`, ""],
  ["the document", "GET /openapi.json", ""],
  ["a program of the docs", "GET /docs/start.js", ""],
  ["a plain WebSocket", "GET /ws/s", upgrade],
  ["a plain WebSocket to what is not there", "GET /ws/nobody", upgrade],
  ["a WebSocket of tRPC", "GET /trpc", upgrade],
];

/** How browsers say that a page of another site asks. */
const foreign: [string, string][] = [
  ["a script", "Origin: https://evil.example\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n"],
  ["a script in an old browser", "Origin: https://evil.example\r\n"],
  ["a sandboxed frame", "Origin: null\r\n"],
  ["an image", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n"],
  ["an object", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: object\r\n"],
  ["a frame", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: iframe\r\n"],
  ["a script tag", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n"],
];

async function ask(url: string, line: string, headers: string, host = "localhost"): Promise<RawAnswer> {
  const close = headers.includes("Upgrade") ? "" : "Connection: close\r\n";
  const sent = headers.includes(json) ? body : "";
  return sendRaw(url, `${line} HTTP/1.1\r\nHost: ${host}\r\n${headers}${close}\r\n${sent}`);
}

describe.each(foreign)("by %s of another site", (_page, marks) => {
  test("no work is done, and nothing is told [ORIGIN-1] [ORIGIN-2]", async () => {
    const { url } = await startApp();
    await createSession(url, { id: "s" });
    const answers = new Set<string>();
    for (const [name, line, headers] of work) {
      const answer = await ask(url, line, headers + marks);
      expect.soft(answer, name).toMatchObject({
        status: 403,
        headers: {
          "cross-origin-resource-policy": "same-origin",
          "x-content-type-options": "nosniff",
          "content-security-policy": "frame-ancestors 'self'",
        },
      });
      expect.soft(answer.headers, name).not.toHaveProperty("access-control-allow-origin");
      if (line.includes("/api/sessions/") && line.startsWith("GET")) answers.add(answer.body);
    }
    expect(answers.size).toBe(1);
    expect(await readSession(url, "s")).toMatchObject({ id: "s", messages: [] });
  });
});

const link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n";

test("a link on another site may lead to a page, and to nothing else [ORIGIN-2]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const path of ["/", "/docs", "/redoc", "/openapi.json"])
    expect((await ask(url, `GET ${path}`, link)).status, path).toBe(200);
  for (const line of ["GET /api/sessions/s", "GET /trpc/health", "POST /docs", "DELETE /api/sessions/s"])
    expect((await ask(url, line, link)).status, line).toBe(403);
});

test("what a person or the own page asks for is answered [ORIGIN-2]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const site of ["none", "same-origin"]) {
    for (const mode of ["navigate", "cors", "no-cors"]) {
      const marks = `Sec-Fetch-Site: ${site}\r\nSec-Fetch-Mode: ${mode}\r\nSec-Fetch-Dest: empty\r\n`;
      expect((await ask(url, "GET /api/sessions/s", marks)).status, marks).toBe(200);
    }
  }
});

test("pages of origins that are let in ask from another site [ORIGIN-1]", async () => {
  const listed = await startApp({ origins: listedOrigins(["https://chat.example.com"]) });
  await createSession(listed.url, { id: "s" });
  const marks = "Origin: https://chat.example.com\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n";
  expect((await ask(listed.url, "GET /api/sessions/s", marks)).status).toBe(200);
  expect((await ask(listed.url, "POST /api/sessions/s/messages", json + marks)).status).toBe(200);
  expect((await ask(listed.url, "GET /api/sessions/s", foreign[3]?.[1] ?? "")).status).toBe(403);
  const open = await startApp({ origins: anyOrigin });
  await createSession(open.url, { id: "s" });
  for (const [page, headers] of foreign)
    expect((await ask(open.url, "GET /api/sessions/s", headers)).status, page).toBe(200);
});

function publicHost(hostname: string): boolean {
  return ["chat.example.com", "mybox"].includes(hostname);
}

describe("an Origin that is the request's own Host is not another one [ORIGIN-4]", () => {
  test.each([
    ["http://mybox:8000", "mybox:8000", true],
    ["http://mybox:8000", "MyBox:8000", true],
    ["https://chat.example.com", "chat.example.com", true],
    ["https://chat.example.com", "chat.example.com:443", true],
    ["http://chat.example.com", "chat.example.com:80", true],
    ["https://chat.example.com:8443", "chat.example.com:8443", true],
    ["http://chat.example.com", "chat.example.com:443", false],
    ["https://chat.example.com", "chat.example.com:80", false],
    ["https://chat.example.com", "chat.example.com:8443", false],
    ["https://chat.example.com:8443", "chat.example.com", false],
    ["https://chat.example.com", "mybox", false],
    ["https://chat.example.com.evil.example", "chat.example.com", false],
    ["null", "chat.example.com", false],
    ["chat.example.com", "chat.example.com", false],
    ["ftp://chat.example.com", "chat.example.com", false],
  ])("a page of %s that asks %s: %s", async (origin, host, isOwn) => {
    const { url } = await startApp({ hosts: publicHost });
    expect((await fetch(url).catch(() => undefined))?.status).toBe(421);
    const marks = `Origin: ${origin}\r\n`;
    const status = (wanted: number): number => (isOwn ? wanted : 403);
    expect((await ask(url, "GET /api/sessions", marks, host)).status).toBe(status(200));
    expect((await ask(url, "POST /api/sessions/s/messages", json + marks, host)).status).toBe(status(404));
    expect((await ask(url, "GET /ws/s", upgrade + marks, host)).status).toBe(status(404));
    // A browser that says that it is another site knows better: the page came over plain HTTP, say, and we are asked over TLS.
    const other = `${marks}Sec-Fetch-Site: cross-site\r\n`;
    expect((await ask(url, "GET /api/sessions", other, host)).status).toBe(403);
  });
});
