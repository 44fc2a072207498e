import { describe, expect, test } from "vitest";
import { readConfig } from "../../server/config.ts";

test("without settings everything has its documented default", () => {
  const { hosts, origins, ...config } = readConfig({});
  expect(config).toEqual({
    port: 8000,
    host: "127.0.0.1",
    database: { file: "ai_desk.db", synchronous: "full", copiesBeforeMigration: true },
    maxMessageChars: 100_000,
    maxReadersPerSession: 10_000,
    maxSubscriptionsPerSocket: 1000,
    timeouts: { keepAliveMs: 65_000, pingIntervalMs: 20_000, pollMs: 25_000, replyLeaseMs: 30_000 },
    bounds: { maxAnswerBytes: 16_777_216, maxBufferedBytes: 67_108_864 },
    logLevel: "info",
  });
  expect(origins.allows("http://localhost:5173")).toBe(true);
  expect(origins.allows("https://example.com")).toBe(false);
  expect(hosts("localhost")).toBe(true);
  expect(hosts("example.com")).toBe(false);
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
  ["file:my%20chat.db", "my chat.db"],
  ["file:/var/lib/my%20chat.db", "/var/lib/my chat.db"],
  ["file://localhost/var/lib/chat.db", "/var/lib/chat.db"],
  ["file:a%3Fb%23c%25d.db", "a?b#c%d.db"],
  ["FILE:chat.db", "chat.db"],
  ["file:../chat.db", "../chat.db"],
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
    ["HOST", "localhost:8000", /^HOST takes/],
    ["HOST", "http://localhost", /^HOST takes/],
    ["HOST", "*", /^HOST takes/],
    ["HOST", "[localhost]", /^HOST takes/],
    [
      "DATABASE_URL",
      "ai_desk.db",
      /^DATABASE_URL takes .* as file:PATH .* "ai_desk\.db": write file:ai_desk\.db\.$/,
    ],
    ["DATABASE_URL", "/srv/ai_desk.db", /: write file:\/srv\/ai_desk\.db\.$/],
    ["DATABASE_URL", "sqlite:///ai_desk.db", /: write file:ai_desk\.db\.$/],
    ["DATABASE_URL", "sqlite:////srv/ai_desk.db", /: write file:\/srv\/ai_desk\.db\.$/],
    ["DATABASE_URL", "sqlite+aiosqlite:///ai_desk.db", /: write file:ai_desk\.db\.$/],
    ["DATABASE_URL", "sqlite://", /: the path is missing\.$/],
    ["DATABASE_URL", "mysql://localhost/chat", /: only files are supported\.$/],
    ["DATABASE_URL", ":memory:", /: the history is kept in a file/],
    ["DATABASE_URL", "sqlite://:memory:", /: the history is kept in a file/],
    ["DATABASE_URL", "file::memory:", /: the history is kept in a file/],
    ["DATABASE_URL", "file::memory:?cache=shared", /: it takes no parameters/],
    ["DATABASE_URL", "file:chat.db?mode=ro", /: it takes no parameters after \? or #/],
    ["DATABASE_URL", "file:///srv/chat.db?mode=ro", /: it takes no parameters/],
    ["DATABASE_URL", "file:///srv/chat#1.db", /: it takes no parameters/],
    ["DATABASE_URL", "file:~/chat.db", /: ~ is a shell's word for the home folder/],
    ["DATABASE_URL", "file:~me/chat.db", /: ~ is a shell's word/],
    ["DATABASE_URL", "file:$HOME/chat.db", /: variables are not expanded/],
    ["DATABASE_URL", "file:/srv/${NAME}.db", /: variables are not expanded/],
    ["DATABASE_URL", "file:100%.db", /: a % in the path begins a percent-escape/],
    ["DATABASE_URL", "file:%ff.db", /: its percent-escapes are no UTF-8/],
    ["DATABASE_URL", "file:a%00.db", /: the path has a control character/],
    ["DATABASE_URL", "file:a%2Fb.db", /: a \/ within a file's name is not possible/],
    ["DATABASE_URL", "file:", /: the path is missing\.$/],
    ["DATABASE_URL", "file:///", /: it names a folder/],
    ["DATABASE_URL", "file:data/", /: it names a folder/],
    ["DATABASE_URL", "file:..", /: it names a folder/],
    ["DATABASE_URL", "file:data\\chat.db", /: folders are separated by \//],
    ["DATABASE_URL", "file://elsewhere/ai_desk.db", /: a URL with \/\/ names an absolute path/],
    ["DATABASE_URL", "file://ai_desk.db", /a relative one is file:ai_desk\.db\.$/],
    ["DATABASE_URL", "postgres://localhost/chat", /^DATABASE_URL takes .*PostgreSQL is not supported yet/],
    ["MIGRATION_COPY", "no", /^MIGRATION_COPY takes on or off, and is "no"\.$/],
    ["SQLITE_SYNCHRONOUS", "off", /^SQLITE_SYNCHRONOUS takes full or normal, and is "off"\.$/],
    ["CORS_ORIGINS", "example.com", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://example.com/chat", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://*", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://*.", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://chat.*.example", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "http://localhost:*", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "*.example.com", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://a.example,*", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "https://user@a.example", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "capacitor://", /^CORS_ORIGINS takes/],
    ["CORS_ORIGINS", "capacitor://localhost/x", /^CORS_ORIGINS takes/],
    [
      "PUBLIC_HOSTS",
      "https://chat.example.com",
      /^PUBLIC_HOSTS takes a comma-separated list of the host names/,
    ],
    ["PUBLIC_HOSTS", "*", /^PUBLIC_HOSTS takes/],
    ["PUBLIC_HOSTS", "a.example,,b.example", /^PUBLIC_HOSTS takes/],
    ["PUBLIC_HOSTS", "a.example b.example", /^PUBLIC_HOSTS takes/],
    ["CORS_ORIGINS", "https://a.example,,https://b.example", /^CORS_ORIGINS takes/],
    ["MAX_MESSAGE_CHARS", "0", /^MAX_MESSAGE_CHARS takes a whole number from 1/],
    ["MAX_MESSAGE_CHARS", "1e6", /^MAX_MESSAGE_CHARS takes/],
    ["MAX_READERS_PER_SESSION", "0", /^MAX_READERS_PER_SESSION takes a whole number from 1/],
    ["MAX_SUBSCRIPTIONS_PER_SOCKET", "many", /^MAX_SUBSCRIPTIONS_PER_SOCKET takes/],
    ["KEEP_ALIVE_SECONDS", "0", /^KEEP_ALIVE_SECONDS takes a whole number of seconds from 1 to 3600/],
    ["PING_SECONDS", "0.5", /^PING_SECONDS takes a whole number of seconds from 1/],
    ["POLL_SECONDS", "31", /^POLL_SECONDS takes a whole number of seconds from 1 to 30/],
    ["LOG_LEVEL", "loud", /^LOG_LEVEL takes one of fatal, error, warn, info/],
    ["ASSISTANT_URL", "localhost:11434/v1", /^ASSISTANT_URL takes the base URL .*, and is "localhost/],
    ["ASSISTANT_URL", "demo", /^ASSISTANT_URL takes .* or demo: for a demonstration, and is "demo"\.$/],
    ["ASSISTANT_URL", "https://m.example/v1?key=x", /: it takes no parameters after \? or #\.$/],
    ["ASSISTANT_URL", "https://u:p@m.example/v1", /: the key belongs in ASSISTANT_API_KEY\.$/],
    ["ASSISTANT_URL", "https://m.example/v1/chat/completions/", /: leave \/chat\/completions out/],
    [
      "ASSISTANT_URL",
      "https://m.example/v1",
      /^ASSISTANT_URL is set without ASSISTANT_MODEL: set ASSISTANT_MODEL/,
    ],
    [
      "ASSISTANT_MODEL",
      "tiny",
      /^ASSISTANT_MODEL is set without ASSISTANT_URL: .*or unset ASSISTANT_MODEL\.$/,
    ],
    ["ASSISTANT_MODEL", "m".repeat(256), /^ASSISTANT_MODEL takes the name of a model/],
    ["ASSISTANT_API_KEY", "sk-1", /^ASSISTANT_API_KEY is set without ASSISTANT_URL/],
    [
      "ASSISTANT_API_KEY",
      "sk-\u00e9",
      /^ASSISTANT_API_KEY takes a key of visible ASCII .*, and is something else\.$/,
    ],
    ["ASSISTANT_INSTRUCTIONS", "Be brief.", /^ASSISTANT_INSTRUCTIONS is set without ASSISTANT_URL/],
  ])("%s=%s", (name, value, sentence) => {
    expect(() => readConfig({ [name]: value })).toThrow(sentence);
  });
});

test.each([
  [{ ASSISTANT_URL: "demo:" }, { model: "demo" }],
  [{ ASSISTANT_URL: "demo:", ASSISTANT_MODEL: "tiny", ASSISTANT_API_KEY: "sk-1" }, { model: "demo" }],
  [
    { ASSISTANT_URL: "http://localhost:11434/v1/", ASSISTANT_MODEL: "llama3.2:1b" },
    { model: { url: "http://localhost:11434/v1", model: "llama3.2:1b" } },
  ],
  [
    {
      ASSISTANT_URL: "https://m.example",
      ASSISTANT_MODEL: "tiny",
      ASSISTANT_API_KEY: "sk-1",
      ASSISTANT_INSTRUCTIONS: "Be brief.\nBe kind.",
    },
    {
      model: { url: "https://m.example", model: "tiny", apiKey: "sk-1" },
      instructions: "Be brief.\nBe kind.",
    },
  ],
])("%o turns the assistant on", (environment, assistant) => {
  expect(readConfig(environment).assistant).toEqual(assistant);
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
  ["capacitor://localhost", "capacitor://localhost", true],
  ["capacitor://localhost", "http://localhost", false],
  ["tauri://localhost, app://.", "app://.", true],
  ["Chrome-Extension://AbCdEf/", "chrome-extension://abcdef", true],
  ["file://", "file://", true],
  ["https://a.example/", "https://a.example", true],
  ["HTTPS://A.Example", "https://a.example", true],
  ["https://a.example:443, http://a.example:80", "https://a.example", true],
  ["https://a.example:443, http://a.example:80", "http://a.example", true],
  ["https://bücher.example", "https://xn--bcher-kva.example", true],
  ["https://*.example.com", "https://chat.example.com", true],
  ["https://*.example.com", "https://a.b.example.com", true],
  ["https://*.example.com", "https://example.com", false],
  ["https://*.example.com", "http://chat.example.com", false],
  ["https://*.example.com", "https://chat.example.com:8443", false],
  ["https://*.example.com", "https://evil.example/.example.com", false],
  ["https://*.example.com", "https://.example.com", false],
  ["https://*.example.com:8443", "https://chat.example.com:8443", true],
])("CORS_ORIGINS=%s lets %s in: %s", (list, origin, allowed) => {
  expect(readConfig({ CORS_ORIGINS: list }).origins.allows(origin)).toBe(allowed);
});

test.each([
  ["[::1]", "::1"],
  ["::1", "::1"],
  ["0.0.0.0", "0.0.0.0"],
  ["my-box.local", "my-box.local"],
])("HOST=%s is the address %s", (host, address) => {
  expect(readConfig({ HOST: host }).host).toBe(address);
});

test("all settings that cannot be used are told at once, a line each", () => {
  const environment = { PORT: "abc", DATABASE_URL: "chat.db", LOG_LEVEL: "loud", MAX_MESSAGE_CHARS: "5" };
  expect(() => readConfig(environment)).toThrow(
    /^PORT takes .*\nDATABASE_URL takes .*\nLOG_LEVEL takes .*\.$/,
  );
});

test.each([
  ["DATABASE_URL", "postgres://u:secret@db.example/chat", "db.example"],
  ["DATABASE_URL", "postgres://u:sec@secret/x@db.example/chat", "db.example"],
  ["DATABASE_URL", "mysql:u:secret@db.example", "db.example"],
  ["DATABASE_URL", "postgres://db.example/chat?user=u&password=secret&sslmode=on", "sslmode=on"],
  ["DATABASE_URL", "host=db.example password=secret", "db.example"],
  ["DATABASE_URL", "file://u:secret@db.example/chat.db", "db.example"],
  ["CORS_ORIGINS", "https://a.example, https://u:secret@b.example", "b.example"],
  ["HOST", "http://u:secret@b.example", "b.example"],
  ["PORT", "tcp://u:secret@b.example:80", "b.example"],
])("%s=%s is refused without its secret", (name, value, shown) => {
  expect(() => readConfig({ [name]: value })).toThrow(shown);
  expect(() => readConfig({ [name]: value })).not.toThrow("secret");
});
