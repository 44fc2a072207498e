import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { anyOrigin, listedOrigins } from "../../server/http/origin-policy.ts";
import { createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const foreign = "https://chat.example.com";
const loopback = "http://localhost:5173";

async function allowedOrigin(url: string, origin: string, method = "GET"): Promise<string | null> {
  const headers = { origin, ...(method === "OPTIONS" && { "access-control-request-method": "PATCH" }) };
  const answer = await fetch(url, { method, headers });
  return answer.headers.get("access-control-allow-origin");
}

/** The status that an upgrade is answered with. */
function upgrade(address: string, origin?: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, origin === undefined ? {} : { origin });
    socket.on("open", () => {
      socket.close();
      resolve(101);
    });
    socket.on("unexpected-response", (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    socket.on("error", () => undefined);
  });
}

describe.each([
  [
    "by default",
    undefined,
    [loopback, "http://127.0.0.1:3000", "https://[::1]"],
    [foreign, "null", "http://localhost.evil"],
  ],
  ["with a list", listedOrigins([foreign]), [foreign], [loopback, "https://evil.example"]],
  ["with *", anyOrigin, [foreign, loopback, "null"], []],
] as const)("%s", (_name, origins, allowed, refused) => {
  const options = origins === undefined ? {} : { origins };

  test("pages of the origins that are let in may read, send and preflight; others may not", async () => {
    const { url } = await startApp(options);
    for (const path of ["/api/sessions", "/trpc/health", "/openapi.json"]) {
      for (const method of ["GET", "OPTIONS"]) {
        for (const origin of allowed) expect(await allowedOrigin(url + path, origin, method)).toBe(origin);
        for (const origin of refused) expect(await allowedOrigin(url + path, origin, method)).toBeNull();
      }
    }
  });

  test("the same holds for both WebSockets", async () => {
    const { url, wsUrl } = await startApp(options);
    await createSession(url, { id: "s" });
    for (const path of ["/trpc", "/ws/s"]) {
      for (const origin of allowed) expect(await upgrade(wsUrl + path, origin)).toBe(101);
      for (const origin of refused) expect(await upgrade(wsUrl + path, origin)).toBe(403);
    }
  });
});

test("a client that is no page sends no Origin and is let in", async () => {
  const { url, wsUrl } = await startApp({ origins: listedOrigins([]) });
  await createSession(url, { id: "s" });
  expect(await upgrade(`${wsUrl}/trpc`)).toBe(101);
  expect(await upgrade(`${wsUrl}/ws/s`)).toBe(101);
});

test("a preflight says what may be sent, and answers say what may be read", async () => {
  const { url } = await startApp();
  const preflight = await fetch(`${url}/api/sessions/s`, {
    method: "OPTIONS",
    headers: {
      origin: loopback,
      "access-control-request-method": "PATCH",
      "access-control-request-headers": "content-type,idempotency-key",
    },
  });
  expect(preflight.status).toBe(204);
  expect(Object.fromEntries(preflight.headers)).toMatchObject({
    "access-control-allow-methods": expect.stringContaining("PATCH") as string,
    "access-control-allow-headers": "content-type,idempotency-key",
    allow: "HEAD, GET, PATCH, DELETE, OPTIONS",
  });
  const answer = await fetch(`${url}/api/sessions`, { headers: { origin: loopback } });
  expect(answer.headers.get("access-control-expose-headers")).toContain("Link");
  expect(answer.headers.get("vary")).toContain("Origin");
});

test("pages may read the request's id and when to come back, on every door and on errors too [ORIGIN-5]", async () => {
  const { url } = await startApp({ maxReadersPerSession: 0 });
  await createSession(url, { id: "s" });
  const input = encodeURIComponent('{"session_id":"s"}');
  const requests: [string, number, { method?: string; body?: string; headers?: Record<string, string> }?][] =
    [
      ["/", 200],
      ["/docs", 200],
      ["/docs/swagger-ui.css", 200],
      ["/docs/", 307],
      ["/openapi.json", 200],
      ["/health/ready", 200],
      ["/api/sessions", 200],
      ["/api/sessions?limit=0", 400],
      ["/api/sessions/nobody", 404],
      ["/api/sessions", 405, { method: "PUT" }],
      ["/api/sessions", 415, { method: "POST", body: "x" }],
      ["/api/sessions/s/events", 429],
      ["/api/sessions/s/events/stream", 429],
      ["/nothing", 404],
      ["/api/sessions/%", 400],
      ["/ws/s", 426],
      ["/trpc/health", 200],
      ["/trpc/nothing", 404],
      ["/trpc/%", 400],
      ["/trpc/health", 405, { method: "PUT" }],
      [`/trpc/session.onEvent?input=${input}`, 200],
      ["/trpc/health,health?batch=1", 200, { headers: { "trpc-accept": "application/jsonl" } }],
    ];
  for (const [path, status, options = {}] of requests) {
    const headers = { ...options.headers, origin: loopback };
    const answer = await fetch(url + path, { ...options, headers, redirect: "manual" });
    const exposed = answer.headers.get("access-control-expose-headers")?.toLowerCase().split(",");
    expect([path, answer.status, exposed]).toEqual([
      path,
      status,
      expect.arrayContaining(["x-request-id", "retry-after"]) as unknown,
    ]);
    expect(answer.headers.get("x-request-id"), path).not.toBeNull();
    await answer.body?.cancel();
  }
});

async function credentialsFor(url: string, origin: string, method: string): Promise<string | null> {
  const headers = { origin, "access-control-request-method": "POST" };
  const answer = await fetch(`${url}/api/sessions`, { method, headers });
  return answer.headers.get("access-control-allow-credentials");
}

test("pages of named origins may send their credentials, and others may not [ORIGIN-5]", async () => {
  const named = await startApp({ origins: listedOrigins([foreign, "https://*.example.org", "null"]) });
  const open = await startApp({ origins: anyOrigin });
  const byDefault = await startApp();
  for (const method of ["GET", "OPTIONS"]) {
    expect(await credentialsFor(named.url, foreign, method)).toBe("true");
    expect(await credentialsFor(named.url, "https://a.example.org", method)).toBe("true");
    expect(await credentialsFor(named.url, "null", method)).toBeNull();
    expect(await credentialsFor(named.url, "https://evil.example", method)).toBeNull();
    expect(await credentialsFor(open.url, foreign, method)).toBeNull();
    expect(await credentialsFor(byDefault.url, loopback, method)).toBeNull();
  }
});

test("a preflight allows every header that clients of ours send", async () => {
  const { url } = await startApp();
  const wanted =
    "content-type,idempotency-key,last-event-id,x-request-id,trpc-accept,authorization,cache-control";
  for (const path of ["/api/sessions/s/messages", "/trpc/message.add"]) {
    const headers = {
      origin: loopback,
      "access-control-request-method": "POST",
      "access-control-request-headers": wanted,
    };
    const answer = await fetch(url + path, { method: "OPTIONS", headers });
    expect(answer.headers.get("access-control-allow-headers")).toBe(wanted);
    expect(answer.headers.get("access-control-allow-methods")).toBe("GET,HEAD,POST,PUT,PATCH,DELETE");
  }
});

test("an error can be read by the page that caused it", async () => {
  const { url } = await startApp();
  expect(await allowedOrigin(`${url}/api/sessions/nobody`, loopback)).toBe(loopback);
});
