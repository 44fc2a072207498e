import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { Collector } from "../support/readers.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Seen } from "./live-door.ts";
import { apply, changesOf, expectUnbroken, viewOf } from "./stream-rules.ts";

type Line = Seen | { state: string } | { error: string; code?: string } | { complete: true };

/** tRPC's own client, following over server-sent events in a process of its own. */
function follow(url: string, sessionId: string): Collector<Line> {
  const lines = new Collector<Line>();
  const program = join(import.meta.dirname, "follow-over-http.ts");
  const child = spawn(process.execPath, [
    "--experimental-eventsource",
    "--no-warnings",
    program,
    url,
    sessionId,
  ]);
  onTestFinished(() => void child.kill("SIGKILL"));
  createInterface({ input: child.stdout }).on("line", (line) => lines.add(JSON.parse(line) as Line));
  return lines;
}

function seenIn(lines: readonly Line[]): Seen[] {
  return lines.filter((line) => "event" in line);
}

test("tRPC's own client over HTTP goes on by itself after a kill, with nothing lost and nothing twice [RESUME-1] [RESUME-3]", async () => {
  const environment = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
  let server = await startServer(environment);
  const { port } = new URL(server.url);
  await createSession(server.url, { id: "s" });
  const lines = follow(server.url, "s");
  const seenUpTo = async (seq: number): Promise<Seen[]> =>
    seenIn(await lines.until((items) => seenIn(items).at(-1)?.event.seq === seq));
  const { id } = await send(server.url, "s", "one");
  await send(server.url, "s", "two");
  await seenUpTo(2);
  await server.stop("SIGKILL");
  server = await startServer({ ...environment, PORT: port });
  await call(server.url, "PATCH", `/api/sessions/s/messages/${id}`, { content: "one, edited" });
  await send(server.url, "s", "three");
  const seen = await seenUpTo(4);
  expectUnbroken(changesOf(seen));
  expect(apply(seen)).toEqual(viewOf(await readSession(server.url, "s")));
  await call(server.url, "DELETE", "/api/sessions/s");
  await lines.until((items) => items.some((line) => "complete" in line));
});

test("tRPC's own client over HTTP is told by name why it cannot follow", async () => {
  const server = await startServer();
  const lines = await follow(server.url, "no-such").until((items) => items.some((line) => "error" in line));
  expect(lines.find((line) => "error" in line)).toMatchObject({ code: "NOT_FOUND" });
});
