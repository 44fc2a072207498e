import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Level } from "pino";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { App } from "../../server/create-app.ts";
import type { AppOptions } from "../../server/app-options.ts";
import { createApp } from "../../server/create-app.ts";
import { createHostPolicy } from "../../server/http/host-policy.ts";
import { loopbackOrigins } from "../../server/http/origin-policy.ts";

export type RunningApp = {
  app: App;
  /** Its address, such as `http://127.0.0.1:43121`. */
  url: string;
  /** The address for WebSockets. */
  wsUrl: string;
  databaseFile: string;
  /** The logged lines. */
  log: string[];
};

/**
 * The whole product in this process, on a free port and a new database file. It ends with the test. A logged line at
 * `error` or above then fails the test, unless `expectsFailures` says that the test provokes it.
 */
export async function startApp(
  options: Partial<Omit<AppOptions, "logger">> & {
    databaseFile?: string;
    expectsFailures?: boolean;
    logLevel?: Level;
    /** The address to listen on; loopback by default. */
    host?: string;
  } = {},
): Promise<RunningApp> {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-test-"));
  const {
    databaseFile = join(folder, "ai_desk.db"),
    expectsFailures = false,
    logLevel = "error",
    host = "127.0.0.1",
    ...rest
  } = options;
  const log: string[] = [];
  const app = createApp({
    database: { file: databaseFile, synchronous: "full" },
    hosts: createHostPolicy({ listensOn: "127.0.0.1", publicHosts: [] }),
    origins: loopbackOrigins,
    maxMessageChars: 100_000,
    maxReadersPerSession: 1000,
    maxSubscriptionsPerSocket: 100,
    ...rest,
    logger: pino({ level: logLevel }, { write: (line: string) => log.push(line) }),
  });
  onTestFinished(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
    if (!expectsFailures && log.length > 0) throw new Error(`The server failed: ${log.join("")}`);
  });
  const url = await app.listen({ host, port: 0 });
  return { app, url, wsUrl: url.replace(/^http/, "ws"), databaseFile, log };
}
