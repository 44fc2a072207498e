import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { OpenOptions } from "../db/open-database.ts";
import { limits } from "./contract/limits.ts";
import type { OriginPolicy } from "./http/origin-policy.ts";
import { anyOrigin, listedOrigins, loopbackOrigins } from "./http/origin-policy.ts";
import type { Patience } from "./http/socket-server.ts";

export type Config = {
  port: number;
  host: string;
  database: OpenOptions;
  allowsOrigin: OriginPolicy;
  maxMessageChars: number;
  maxReadersPerSession: number;
  maxSubscriptionsPerSocket: number;
  patience: Pick<Patience, "keepAliveMs" | "pingIntervalMs" | "pollMs">;
  logLevel: (typeof logLevels)[number];
};

/** A setting that cannot be used; the message names the variable and what it takes. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

type Setting<Value> = { takes: string; default: string; schema: z.ZodType<Value, string> };

/** Each variable: what it takes, in words for the one who set it, and how it is read. An empty one counts as not set. */
const settings = {
  PORT: {
    takes: "a port from 0 to 65535 (0 takes a free one)",
    default: "8000",
    schema: wholeNumber(0, 65_535),
  },
  HOST: {
    takes: "a host name or address to listen on",
    default: "127.0.0.1",
    schema: z.string().regex(/^\S+$/),
  },
  DATABASE_URL: {
    takes: "the SQLite file, as file:PATH (PostgreSQL is not supported yet)",
    default: "file:ai_desk.db",
    schema: z.string().transform((url, context) => databaseFile(url) ?? fail(context)),
  },
  SQLITE_SYNCHRONOUS: { takes: "full or normal", default: "full", schema: z.enum(["full", "normal"]) },
  CORS_ORIGINS: {
    takes: "* or a comma-separated list of origins, such as https://chat.example.com",
    default: "",
    schema: z.string().transform((list, context) => originPolicy(list) ?? fail(context)),
  },
  MAX_MESSAGE_CHARS: {
    takes: "a whole number from 1 to 10000000",
    default: String(limits.defaultMessageChars),
    schema: wholeNumber(1, 10_000_000),
  },
  MAX_READERS_PER_SESSION: {
    takes: "a whole number from 1 to 1000000",
    default: "10000",
    schema: wholeNumber(1, 1_000_000),
  },
  MAX_SUBSCRIPTIONS_PER_SOCKET: {
    takes: "a whole number from 1 to 1000000",
    default: "1000",
    schema: wholeNumber(1, 1_000_000),
  },
  KEEP_ALIVE_SECONDS: {
    takes: "a whole number of seconds from 1 to 3600",
    default: "65",
    schema: seconds(1, 3600),
  },
  PING_SECONDS: {
    takes: "a whole number of seconds from 1 to 300",
    default: "20",
    schema: seconds(1, 300),
  },
  POLL_SECONDS: {
    takes: `a whole number of seconds from 1 to ${limits.pollSeconds}`,
    default: "25",
    schema: seconds(1, limits.pollSeconds),
  },
  LOG_LEVEL: { takes: `one of ${logLevels.join(", ")}`, default: "info", schema: z.enum(logLevels) },
} as const;

/**
 * Reads the settings from the environment.
 *
 * @throws {ConfigError} on the first that cannot be used.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  function read<Value>(name: keyof typeof settings, setting: Setting<Value>): Value {
    const text = environment[name]?.trim() || setting.default;
    const result = setting.schema.safeParse(text);
    if (result.success) return result.data;
    throw new ConfigError(`${name} takes ${setting.takes}, and is ${JSON.stringify(text)}.`);
  }
  return {
    port: read("PORT", settings.PORT),
    host: read("HOST", settings.HOST),
    database: {
      file: read("DATABASE_URL", settings.DATABASE_URL),
      synchronous: read("SQLITE_SYNCHRONOUS", settings.SQLITE_SYNCHRONOUS),
    },
    allowsOrigin: read("CORS_ORIGINS", settings.CORS_ORIGINS),
    maxMessageChars: read("MAX_MESSAGE_CHARS", settings.MAX_MESSAGE_CHARS),
    maxReadersPerSession: read("MAX_READERS_PER_SESSION", settings.MAX_READERS_PER_SESSION),
    maxSubscriptionsPerSocket: read("MAX_SUBSCRIPTIONS_PER_SOCKET", settings.MAX_SUBSCRIPTIONS_PER_SOCKET),
    patience: {
      keepAliveMs: read("KEEP_ALIVE_SECONDS", settings.KEEP_ALIVE_SECONDS),
      pingIntervalMs: read("PING_SECONDS", settings.PING_SECONDS),
      pollMs: read("POLL_SECONDS", settings.POLL_SECONDS),
    },
    logLevel: read("LOG_LEVEL", settings.LOG_LEVEL),
  };
}

function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));
}

/** Read as milliseconds. */
function seconds(least: number, most: number): z.ZodType<number, string> {
  return wholeNumber(least, most).transform((count) => count * 1000);
}

function fail(context: z.RefinementCtx): never {
  context.addIssue({ code: "custom" });
  return z.NEVER;
}

function databaseFile(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  if (!url.startsWith("file://")) return url.slice("file:".length) || undefined;
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

function originPolicy(list: string): OriginPolicy | undefined {
  if (list === "") return loopbackOrigins;
  if (list === "*") return anyOrigin;
  const origins = list.split(",").map((origin) => origin.trim());
  const good = origins.every(
    (origin) => origin === "null" || (URL.canParse(origin) && new URL(origin).origin === origin),
  );
  return good ? listedOrigins(origins) : undefined;
}
