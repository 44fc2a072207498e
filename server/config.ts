import { z } from "zod";
import type { AssistantSettings } from "./assistant/assistant.ts";
import { assistantSettings, chooseAssistant } from "./assistant-settings.ts";
import type { OpenOptions } from "../db/sqlite/open-database.ts";
import { limits } from "./contract/limits.ts";
import type { HostPolicy } from "./http/host-policy.ts";
import { createHostPolicy, readPublicHosts } from "./http/host-policy.ts";
import type { Bounds } from "./http/bounds.ts";
import { defaultBounds } from "./http/bounds.ts";
import type { OriginPolicy } from "./http/origin-policy.ts";
import { readOrigins } from "./http/origin-policy.ts";
import type { Timeouts } from "./http/timeouts.ts";
import type { Environment, Setting } from "./setting.ts";
import { databaseFile, fail, hostName, readSetting, seconds, wholeNumber } from "./setting.ts";

export type Config = {
  port: number;
  host: string;
  database: OpenOptions;
  hosts: HostPolicy;
  origins: OriginPolicy;
  maxMessageChars: number;
  maxReadersPerSession: number;
  maxSubscriptionsPerSocket: number;
  timeouts: Pick<Timeouts, "keepAliveMs" | "pingIntervalMs" | "pollMs" | "replyLeaseMs">;
  bounds: Bounds;
  logLevel: (typeof logLevels)[number];
  /** Undefined if the server has no assistant. */
  assistant: AssistantSettings | undefined;
};

/** Invalid settings. Each has a line with the variable, the accepted values and its value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** The variables. An empty variable counts as unset. */
const settings = {
  PORT: {
    takes: "a port from 0 to 65535 (0 takes a free one)",
    default: "8000",
    schema: wholeNumber(0, 65_535),
  },
  HOST: {
    takes: "a host name or address to listen on",
    default: "127.0.0.1",
    schema: z.string().transform((host, context) => hostName(host) ?? fail(context)),
  },
  DATABASE_URL: {
    takes: "the SQLite file, as file:PATH (PostgreSQL is not supported yet)",
    default: "file:ai_desk.db",
    schema: z.string().transform(databaseFile),
  },
  SQLITE_SYNCHRONOUS: { takes: "full or normal", default: "full", schema: z.enum(["full", "normal"]) },
  MIGRATION_COPY: {
    takes: "on or off",
    default: "on",
    schema: z.enum(["on", "off"]).transform((choice) => choice === "on"),
  },
  CORS_ORIGINS: {
    takes:
      "* or a comma-separated list of origins, such as https://chat.example.com, https://*.example.com or capacitor://localhost",
    default: "",
    schema: z.string().transform((list, context) => readOrigins(list) ?? fail(context)),
  },
  PUBLIC_HOSTS: {
    takes:
      "a comma-separated list of the host names by which it is reached, such as chat.example.com or *.example.com",
    default: "",
    schema: z.string().transform((list, context) => readPublicHosts(list) ?? fail(context)),
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
  REPLY_LEASE_SECONDS: {
    takes: "a whole number of seconds from 1 to 3600",
    default: String(limits.replyLeaseSeconds),
    schema: seconds(1, 3600),
  },
  MAX_ANSWER_BYTES: {
    takes: "a whole number of bytes from 65536 to 268435456",
    default: String(defaultBounds.maxAnswerBytes),
    schema: wholeNumber(65_536, 268_435_456),
  },
  MAX_BUFFERED_BYTES: {
    takes: "a whole number of bytes from 1048576 to 4294967296",
    default: String(defaultBounds.maxBufferedBytes),
    schema: wholeNumber(1_048_576, 4_294_967_296),
  },
  ...assistantSettings,
  LOG_LEVEL: { takes: `one of ${logLevels.join(", ")}`, default: "info", schema: z.enum(logLevels) },
} as const;

/**
 * Reads the settings from the environment.
 *
 * @throws {ConfigError} with every invalid setting
 */
export function readConfig(environment: Environment): Config {
  const faults: string[] = [];
  function read<Value>(name: keyof typeof settings, setting: Setting<Value>): Value {
    const { value, fault } = readSetting(environment, name, setting);
    if (fault !== undefined) faults.push(fault);
    // A missing value has a fault, and a fault leads to the ConfigError below.
    return value as Value;
  }
  const publicHosts = read("PUBLIC_HOSTS", settings.PUBLIC_HOSTS);
  const config = {
    port: read("PORT", settings.PORT),
    host: read("HOST", settings.HOST),
    database: {
      file: read("DATABASE_URL", settings.DATABASE_URL),
      synchronous: read("SQLITE_SYNCHRONOUS", settings.SQLITE_SYNCHRONOUS),
      copiesBeforeMigration: read("MIGRATION_COPY", settings.MIGRATION_COPY),
    },
    origins: read("CORS_ORIGINS", settings.CORS_ORIGINS),
    maxMessageChars: read("MAX_MESSAGE_CHARS", settings.MAX_MESSAGE_CHARS),
    maxReadersPerSession: read("MAX_READERS_PER_SESSION", settings.MAX_READERS_PER_SESSION),
    maxSubscriptionsPerSocket: read("MAX_SUBSCRIPTIONS_PER_SOCKET", settings.MAX_SUBSCRIPTIONS_PER_SOCKET),
    timeouts: {
      keepAliveMs: read("KEEP_ALIVE_SECONDS", settings.KEEP_ALIVE_SECONDS),
      pingIntervalMs: read("PING_SECONDS", settings.PING_SECONDS),
      pollMs: read("POLL_SECONDS", settings.POLL_SECONDS),
      replyLeaseMs: read("REPLY_LEASE_SECONDS", settings.REPLY_LEASE_SECONDS),
    },
    bounds: {
      maxAnswerBytes: read("MAX_ANSWER_BYTES", settings.MAX_ANSWER_BYTES),
      maxBufferedBytes: read("MAX_BUFFERED_BYTES", settings.MAX_BUFFERED_BYTES),
    },
    logLevel: read("LOG_LEVEL", settings.LOG_LEVEL),
  };
  const { assistant, fault } = chooseAssistant({
    url: read("ASSISTANT_URL", settings.ASSISTANT_URL),
    model: read("ASSISTANT_MODEL", settings.ASSISTANT_MODEL),
    apiKey: read("ASSISTANT_API_KEY", settings.ASSISTANT_API_KEY),
    instructions: read("ASSISTANT_INSTRUCTIONS", settings.ASSISTANT_INSTRUCTIONS),
  });
  if (fault !== undefined && faults.length === 0) faults.push(fault);
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return { ...config, assistant, hosts: createHostPolicy({ listensOn: config.host, publicHosts }) };
}

/**
 * The file that DATABASE_URL names, for a command that needs no other setting.
 *
 * @throws {ConfigError} if DATABASE_URL is invalid
 */
export function readDatabaseFile(environment: Environment): string {
  const { value, fault } = readSetting(environment, "DATABASE_URL", settings.DATABASE_URL);
  if (value === undefined) throw new ConfigError(fault);
  return value;
}
