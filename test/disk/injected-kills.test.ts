import { join } from "node:path";
import { expect, test } from "vitest";
import { createSession } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { isLongForm, manySyncs, manyWrites, messagesToReach, syncs, writes } from "./failing-calls.ts";
import { openKeyedDoors } from "./keyed-doors.ts";
import { reportProgress } from "./report-progress.ts";
import type { Attempt } from "./senders.ts";
import { keysOf, sendAll, sendUntilStored } from "./senders.ts";
import { expectToBeIn, expectToBeShown } from "./stored-messages.ts";
import { describeTraced, attach } from "./strace.ts";

const never = new Promise(() => undefined);

describeTraced("the server is killed under concurrent senders through every door", 3_600_000, () => {
  const kills = [
    { what: "a write", calls: writes, at: isLongForm ? manyWrites : [2, 31] },
    { what: "a sync", calls: syncs, at: isLongForm ? manySyncs : [1, 3] },
  ];

  test.each(kills)(
    "a kill before $what loses no acknowledged message, and a repeat settles the others [DURABLE-2] [KEY-1]",
    async ({ what, calls, at }) => {
      const file = join(makeTemporaryFolder(), "ai_desk.db");
      const all: Attempt[] = [];
      let killed = 0;
      for (const [index, call] of at.entries()) {
        const sessionId = `killed at ${call}`;
        const server = await startServer({ DATABASE_URL: `file:${file}` });
        await createSession(server.url, { id: sessionId });
        const doors = await openKeyedDoors(server);
        const killing = await attach(server.process.pid ?? 0, `${calls}:signal=KILL:when=${call}`);
        const ended = new Promise((resolve) => server.process.on("exit", resolve));
        const keys = keysOf(`${call}`, 48 + messagesToReach(calls, call));
        const attempts = await sendAll(doors, { sessionId, keys, ended });
        if ((await server.stop("SIGKILL")).signal !== "SIGKILL") throw new Error("It ended by itself.");
        await killing.detach();
        expect(attempts.filter(({ outcome }) => outcome !== "stored" && outcome !== "unknown")).toEqual([]);
        const unknown = attempts.filter(({ outcome }) => outcome === "unknown").map(({ key }) => key);
        if (unknown.length > 0) killed += 1;

        const next = await startServer({ DATABASE_URL: `file:${file}` });
        await expectToBeShown(next.url, sessionId, attempts);
        const again = { sessionId, keys: unknown, ended: never };
        const repeats = await sendUntilStored(await openKeyedDoors(next), again);
        all.push(...attempts, ...repeats);
        await expectToBeShown(next.url, sessionId, [...attempts, ...repeats]);
        await next.stop("SIGKILL");
        reportProgress(`killed before ${what}: places`, index + 1, at.length);
      }
      expect(killed).toBeGreaterThan(0);
      expectToBeIn(file, all);
      process.stdout.write(`killed before ${calls}: ${killed} times of ${at.length}\n`);
    },
  );
});
