import { expect, test } from "vitest";
import { createSession } from "../support/rest.ts";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";

/** The warnings of a start. */
async function warningsOf(environment: Record<string, string>): Promise<unknown[]> {
  const server = await startServer(environment);
  await server.stop();
  return server.log.filter(({ level }) => level === 40).map(({ msg }) => msg);
}

test("a start that lets others in than this machine says loudly who can read and change everything", async () => {
  const [closed, open, framed] = await Promise.all([
    warningsOf({ HOST: "localhost" }),
    warningsOf({ HOST: "0.0.0.0", CORS_ORIGINS: "*" }),
    warningsOf({ CORS_ORIGINS: "https://chat.example, null" }),
  ]);
  expect(closed).toEqual([]);
  expect(open).toEqual([
    expect.stringMatching(
      /^HOST is 0\.0\.0\.0: everyone who reaches this address can read, change and delete/,
    ),
    expect.stringMatching(/^CORS_ORIGINS is \*: every web page .* can read, change and delete everything/),
  ]);
  expect(framed).toEqual([expect.stringMatching(/^CORS_ORIGINS names null: every web page/)]);
});

/** Node with a resolver that answers the lookup by which the server listens, and from then on fails. */
function withFailingResolver([node = "", ...args]: string[]): string[] {
  const program = `
    import dns from "node:dns";
    import { syncBuiltinESMExports } from "node:module";
    const fail = () => Promise.reject(Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" }));
    dns.promises.lookup = fail;
    const { lookup } = dns;
    dns.lookup = (...given) => {
      dns.lookup = (...late) => void fail().catch(late.at(-1));
      lookup(...given);
    };
    syncBuiltinESMExports();`;
  return [node, `--import=data:text/javascript,${encodeURIComponent(program)}`, ...args];
}

test.each([
  ["localhost", 0],
  ["0.0.0.0", 1],
] as const)(
  "a resolver that fails after HOST=%s was looked up ends no start, and hides no warning [START-1]",
  async (host, warnings) => {
    const server = await startServer({ HOST: host }, { launch: withFailingResolver(serverCommand()) });
    await createSession(server.url.replace("0.0.0.0", "127.0.0.1"), { id: "s" });
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(server.log.filter(({ level }) => Number(level) >= 40)).toHaveLength(warnings);
  },
);
