import { describe, expect, test } from "vitest";
import { readConfig } from "../../server/config.ts";

test("without settings everything has its documented default", () => {
  const { allowsOrigin, ...config } = readConfig({});
  expect(config).toEqual({
    port: 8000,
    host: "127.0.0.1",
    database: { file: "ai_desk.db", synchronous: "full" },
    maxMessageChars: 100_000,
    maxReadersPerSession: 10_000,
    maxSubscriptionsPerSocket: 1000,
    patience: { keepAliveMs: 65_000, pingIntervalMs: 20_000, pollMs: 25_000 },
    logLevel: "info",
  });
  expect(allowsOrigin("http://localhost:5173")).toBe(true);
  expect(allowsOrigin("https://example.com")).toBe(false);
});

test("an empty setting counts as not set", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: " " })).toMatchObject({
    port: 8000,
    database: { file: "ai_desk.db" },
  });
});

test.each([
  ["file:data/chat.db", "data/chat.db"],
  ["file:/var/lib/chat.db", "/var/lib/chat.db"],
  ["file:///var/lib/my%20chat.db", "/var/lib/my chat.db"],
])("DATABASE_URL=%s names the file %s", (url, file) => {
  expect(readConfig({ DATABASE_URL: url }).database.file).toBe(file);
});

describe("a setting that cannot be used is refused in a sentence that names it and what it takes", () => {
  test.each([
    ["PORT", "abc", /^PORT takes a port from 0 to 65535 .*, and is "abc"\.$/],
    ["PORT", "65536", /^PORT takes/],
    ["PORT", "-1", /^PORT takes/],
    ["PORT", "80.5", /^PORT takes/],
    ["HOST", "a b", /^HOST takes/],
    ["DATABASE_URL", "ai_desk.db", /^DATABASE_URL takes the SQLite file, as file:PATH/],
    ["DATABASE_URL", "file:", /^DATABASE_URL takes/],
    ["DATABASE_URL", "file://elsewhere/ai_desk.db", /^DATABASE_URL takes/],
    ["DATABASE_URL", "postgres://localhost/chat", /^DATABASE_URL takes .*PostgreSQL is not supported yet/],
    ["SQLITE_SYNCHRONOUS", "off", /^SQLITE_SYNCHRONOUS takes full or normal, and is "off"\.$/],
    ["CORS_ORIGINS", "example.com", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://example.com/chat", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://a.example,,https://b.example", /^CORS_ORIGINS takes/],
    ["MAX_MESSAGE_CHARS", "0", /^MAX_MESSAGE_CHARS takes a whole number from 1/],
    ["MAX_MESSAGE_CHARS", "1e6", /^MAX_MESSAGE_CHARS takes/],
    ["MAX_READERS_PER_SESSION", "0", /^MAX_READERS_PER_SESSION takes a whole number from 1/],
    ["MAX_SUBSCRIPTIONS_PER_SOCKET", "many", /^MAX_SUBSCRIPTIONS_PER_SOCKET takes/],
    ["KEEP_ALIVE_SECONDS", "0", /^KEEP_ALIVE_SECONDS takes a whole number of seconds from 1 to 3600/],
    ["PING_SECONDS", "0.5", /^PING_SECONDS takes a whole number of seconds from 1/],
    ["POLL_SECONDS", "31", /^POLL_SECONDS takes a whole number of seconds from 1 to 30/],
    ["LOG_LEVEL", "loud", /^LOG_LEVEL takes one of fatal, error, warn, info/],
  ])("%s=%s", (name, value, sentence) => {
    expect(() => readConfig({ [name]: value })).toThrow(sentence);
  });
});

test.each([
  [undefined, "http://localhost:5173", true],
  [undefined, "https://app.localhost", true],
  [undefined, "http://127.0.0.1:3000", true],
  [undefined, "http://[::1]:3000", true],
  [undefined, "http://localhost.evil.example", false],
  [undefined, "http://evil.example/localhost", false],
  [undefined, "null", false],
  ["https://a.example, https://b.example:8443", "https://b.example:8443", true],
  ["https://a.example", "https://a.example.evil", false],
  ["https://a.example", "http://localhost:5173", false],
  ["*", "https://anything.example", true],
])("CORS_ORIGINS=%s lets %s in: %s", (list, origin, allowed) => {
  expect(readConfig({ CORS_ORIGINS: list }).allowsOrigin(origin)).toBe(allowed);
});
