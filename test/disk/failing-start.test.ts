import { copyFileSync, existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { originalWithMessages, query, writeFile } from "../db/database-file.ts";
import { createSession, send } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { isLongForm } from "./failing-calls.ts";
import { reportProgress } from "./report-progress.ts";
import { describeTraced, startTracedServer } from "./strace.ts";

const messages = "select id, session_id, content, sender, timestamp from message order by id";

type Failure = { calls: string; how: string; at: number };

/** A failure at each of the first `count` of these calls. */
function atEach(count: number, calls: string, how: string): Failure[] {
  return Array.from({ length: count }, (_, index) => ({ calls, how, at: index + 1 }));
}

const writes = "pwrite64";
const syncs = "fsync,fdatasync";
const failures: Failure[] = isLongForm
  ? [
      ...atEach(60, writes, "error=EIO"),
      ...atEach(60, writes, "error=ENOSPC"),
      ...atEach(60, writes, "signal=KILL"),
      ...atEach(14, syncs, "error=EIO"),
      ...atEach(14, syncs, "signal=KILL"),
    ]
  : [
      { calls: writes, how: "error=ENOSPC", at: 12 },
      { calls: writes, how: "signal=KILL", at: 20 },
      { calls: syncs, how: "error=EIO", at: 4 },
    ];

/** Starts the server. @returns how the start ended */
async function start(file: string, { calls, how, at }: Failure): Promise<"started" | "refused" | "killed"> {
  try {
    const server = await startTracedServer(
      { DATABASE_URL: `file:${file}` },
      { inject: `${calls}:${how}:when=${at}` },
    );
    await server.stop("SIGKILL");
    return "started";
  } catch (error) {
    const said = String(error);
    if (said.includes("exit null")) return "killed";
    // It gives the reason in one sentence, and ends by itself. The copy before a migration is made by a process of its own.
    const reason =
      how === "signal=KILL" ? /the process that was started for it has ended \(SIGKILL\)/ : /disk/;
    expect(said).toMatch(/exit 1: .*"level":60.*DATABASE_URL names /s);
    expect(said).toMatch(reason);
    return "refused";
  }
}

describeTraced("the disk fails at a start", 3_600_000, () => {
  test("the original's file stays unchanged or is migrated completely, and the next start migrates it [DURABLE-2] [DURABLE-6]", async () => {
    const untouched = writeFile(originalWithMessages(300));
    const rows = query(untouched, messages);
    const outcomes: Record<string, number> = {};
    for (const [index, failure] of failures.entries()) {
      const file = join(realpathSync(makeTemporaryFolder()), "ai_desk.db");
      copyFileSync(untouched, file);
      const outcome = await start(file, failure);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const server = await startServer({ DATABASE_URL: `file:${file}` });
      await send(server.url, "session-1", "Still here");
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      const after = query(file, messages);
      expect(after.slice(0, -1)).toEqual(rows);
      expect(after.at(-1)).toMatchObject({ content: "Still here" });
      reportProgress("an original's file at a failing start", index + 1, failures.length);
    }
    process.stdout.write(`an original's file at a failing start: ${JSON.stringify(outcomes)}\n`);
    expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(["refused", "killed"]));
  });

  test("a failed first start does not prevent the next one [DURABLE-6]", async () => {
    const outcomes: Record<string, number> = {};
    for (const [index, failure] of failures.entries()) {
      const file = join(realpathSync(makeTemporaryFolder()), "new", "ai_desk.db");
      const outcome = await start(file, failure);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      const server = await startServer({ DATABASE_URL: `file:${file}` });
      await createSession(server.url, { id: "s" });
      await send(server.url, "s", "First");
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      expect(query(file, messages)).toMatchObject([{ id: 1, content: "First" }]);
      expect(existsSync(`${file}-journal`)).toBe(false);
      reportProgress("an empty folder at a failing start", index + 1, failures.length);
    }
    process.stdout.write(`an empty folder at a failing start: ${JSON.stringify(outcomes)}\n`);
    expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(["refused", "killed"]));
  });
});
