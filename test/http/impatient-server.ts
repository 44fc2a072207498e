import { pino } from "pino";
import { createApp } from "../../server/create-app.ts";
import { createHostPolicy } from "../../server/http/host-policy.ts";
import { loopbackOrigins } from "../../server/http/origin-policy.ts";

/**
 * The real server with short timeouts. Its arguments: how long it waits for a peer and how long SIGUSR2 keeps it busy, in
 * milliseconds, and its database file.
 */
const [limit, busy, file = ""] = process.argv.slice(2);
const timeoutMs = Number(limit);
const logger = pino();
const app = createApp({
  database: { file, synchronous: "full" },
  hosts: createHostPolicy({ listensOn: "127.0.0.1", publicHosts: [] }),
  origins: loopbackOrigins,
  maxMessageChars: 100_000,
  maxReadersPerSession: 1000,
  maxSubscriptionsPerSocket: 100,
  logger,
  timeouts: { pingIntervalMs: timeoutMs, stallTimeoutMs: timeoutMs, connectionParamsMs: timeoutMs },
});
process.on("SIGUSR2", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(busy)));
const url = await app.listen({ host: "127.0.0.1", port: 0 });
logger.info({ url });
