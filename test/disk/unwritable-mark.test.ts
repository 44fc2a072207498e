import { realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markPathOf, readMark } from "../../db/sqlite/mark-beside.ts";
import { query } from "../db/database-file.ts";
import { createSession, send } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { describeTraced, startTracedServer } from "./strace.ts";

const readEpoch = (file: string) => query(file, "select epoch from history");

describeTraced("the mark exists and cannot be written", 120_000, () => {
  test.each([
    { what: "written", inject: "pwrite64:error=ENOSPC", end: "SIGTERM" },
    { what: "written", inject: "pwrite64:error=ENOSPC", end: "SIGKILL" },
    { what: "synced", inject: "fsync:error=EIO", end: "SIGKILL" },
  ] as const)(
    "if the mark cannot be $what and a $end ends the server, the mark names the same run and the epoch stays the same [FILE-1] [FILE-6]",
    async ({ inject, end }) => {
      const file = join(realpathSync(makeTemporaryFolder()), "ai_desk.db");
      const environment = { DATABASE_URL: `file:${file}` };
      const first = await startServer(environment);
      await createSession(first.url, { id: "s" });
      await first.stop();
      const epoch = readEpoch(file);
      const mark = readMark(file);

      const failing = await startTracedServer(environment, { inject, only: markPathOf(file) });
      await send(failing.url, "s", "Sent while the mark cannot be written");
      await failing.endTrace(end);
      expect(readMark(file)?.runs).toEqual(mark?.runs);

      const next = await startServer(environment);
      await next.stop();
      expect(readEpoch(file)).toEqual(epoch);
      expect([...failing.log, ...next.log].filter(({ level }) => Number(level) >= 40)).toEqual([]);
    },
  );
});
