import { realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSession } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { syncs, writes } from "./failing-calls.ts";
import { openKeyedDoors } from "./keyed-doors.ts";
import { readTrace } from "./read-trace.ts";
import { keysOf, sendAll } from "./senders.ts";
import { expectToBeIn, expectToBeShown } from "./stored-messages.ts";
import { describeTraced, attach } from "./strace.ts";
import { auditHandles } from "./trace-rules.ts";

const never = new Promise(() => undefined);

describeTraced("the disk fails at a checkpoint", 120_000, () => {
  test.each([
    { what: "syncs", inject: `${syncs}:error=EIO:when=1+2` },
    { what: "writes", inject: `${writes}:error=EIO:when=1+40` },
    { what: "room", inject: `${writes}:error=ENOSPC:when=1+` },
  ])(
    "a checkpoint that fails for lack of $what fails no write, and loses none [DURABLE-2] [DURABLE-6]",
    async ({ inject }) => {
      const file = join(realpathSync(makeTemporaryFolder()), "ai_desk.db");
      const server = await startServer({ DATABASE_URL: `file:${file}` });
      await createSession(server.url, { id: "s" });
      const doors = await openKeyedDoors(server);
      const failing = await attach(server.process.pid ?? 0, inject, file);
      const keys = keysOf("checkpointed", 170);
      const attempts = await sendAll(doors, { sessionId: "s", keys, ended: never });
      expect(attempts.filter(({ outcome }) => outcome !== "stored")).toEqual([]);
      const audit = auditHandles(readTrace(await failing.detach()));
      expect(audit.failures).toBeGreaterThan(0);

      const more = { sessionId: "s", keys: keysOf("later", 16), ended: never };
      attempts.push(...(await sendAll(doors, more)));
      await expectToBeShown(server.url, "s", attempts);
      await server.stop("SIGKILL");
      expectToBeIn(file, attempts);
    },
  );

  test("a stop on a failing disk ends the process, and the next start has everything [DURABLE-2] [DURABLE-6]", async () => {
    const file = join(makeTemporaryFolder(), "ai_desk.db");
    const server = await startServer({ DATABASE_URL: `file:${file}` });
    await createSession(server.url, { id: "s" });
    const keys = keysOf("before", 16);
    const attempts = await sendAll(await openKeyedDoors(server), { sessionId: "s", keys, ended: never });
    await attach(server.process.pid ?? 0, `${syncs}:error=EIO:when=1+`);
    expect(await server.stop()).toEqual({ code: 1, signal: null });
    expect(server.log.at(-1)).toMatchObject({ level: 60, err: { code: "SQLITE_IOERR_FSYNC" } });
    const next = await startServer({ DATABASE_URL: `file:${file}` });
    await expectToBeShown(next.url, "s", attempts);
    await next.stop();
    expectToBeIn(file, attempts);
  });
});
