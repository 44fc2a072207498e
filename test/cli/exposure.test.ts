import { expect, test } from "vitest";
import { startServer } from "../support/start-server.ts";

/** What a start warns of, after the line that says where it listens. */
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
