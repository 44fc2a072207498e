import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../../server/contract/app-error.ts";
import { BufferBudget } from "../../server/http/buffer-budget.ts";
import { createHttpServer } from "../../server/http/http-server.ts";
import { sendRaw } from "../support/raw-request.ts";

const upgrade =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

const refuse = (): Promise<never> => Promise.reject(new AppError("SERVICE_UNAVAILABLE"));

test.each([
  { what: "a request", headers: "Connection: close\r\n" },
  { what: "an upgrade", headers: upgrade },
])("$what that is answered 503 is told when to come back", async ({ headers }) => {
  const server = createHttpServer({
    budget: new BufferBudget(1_000_000),
    answer: refuse,
    upgrade: refuse,
    report: () => undefined,
    times: { idleTimeoutMs: 60_000, keepAliveMs: 60_000, headersMs: 10_000 },
    deadPeerMs: 60_000,
  });
  onTestFinished(() => server.close());
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  const answer = await sendRaw(url, `GET / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  expect(answer).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
});
