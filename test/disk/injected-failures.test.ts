import { join } from "node:path";
import { expect, test } from "vitest";
import { createSession } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { isLongForm, manySyncs, manyWrites, messagesToReach, syncs, writes } from "./failing-calls.ts";
import { openKeyedDoors } from "./keyed-doors.ts";
import { readTrace } from "./read-trace.ts";
import { reportProgress } from "./report-progress.ts";
import type { Attempt } from "./senders.ts";
import { keysOf, sendAll } from "./senders.ts";
import { expectToBeIn, expectToBeShown } from "./stored-messages.ts";
import { describeTraced, attach } from "./strace.ts";
import { auditHandles } from "./trace-rules.ts";

const never = new Promise(() => undefined);

const failures = [
  {
    what: "one sync fails",
    calls: syncs,
    error: "EIO",
    forGood: false,
    at: isLongForm ? manySyncs : [1, 2, 3],
  },
  {
    what: "one write fails",
    calls: writes,
    error: "EIO",
    forGood: false,
    at: isLongForm ? manyWrites : [1, 4, 25],
  },
  {
    what: "the disk is full for one write",
    calls: writes,
    error: "ENOSPC",
    forGood: false,
    at: isLongForm ? manyWrites : [1, 2, 30],
  },
  { what: "all syncs fail", calls: syncs, error: "EIO", forGood: true, at: isLongForm ? manySyncs : [1, 3] },
  {
    what: "the disk is full until there is room",
    calls: writes,
    error: "ENOSPC",
    forGood: true,
    at: isLongForm ? manyWrites : [1, 20],
  },
  { what: "all writes fail", calls: writes, error: "EIO", forGood: true, at: isLongForm ? manyWrites : [7] },
];

describeTraced("the disk fails under concurrent senders through every door", 3_600_000, () => {
  test.each(failures)(
    "$what ($error): the only error is 503, a repeat settles each send, and the server works again when the disk does [DURABLE-4] [DURABLE-6]",
    async ({ what, calls, error, forGood, at }) => {
      const file = join(makeTemporaryFolder(), "ai_desk.db");
      const server = await startServer({ DATABASE_URL: `file:${file}` });
      const doors = await openKeyedDoors(server);
      const all: Attempt[] = [];
      const missed: number[] = [];
      let injected = 0;
      let refused = 0;
      for (const [index, call] of at.entries()) {
        const sessionId = `${what} from ${call} on`;
        await createSession(server.url, { id: sessionId });
        const failing = await attach(
          server.process.pid ?? 0,
          `${calls}:error=${error}:when=${call}${forGood ? "+" : ""}`,
        );
        const keys = keysOf(`${call}`, messagesToReach(calls, call));
        const attempts = await sendAll(doors, { sessionId, keys, ended: never });
        await expectToBeShown(server.url, sessionId, attempts);
        const trace = await failing.detach();

        const unsettled = attempts.filter(({ outcome }) => outcome === "unavailable").map(({ key }) => key);
        refused += unsettled.length;
        const repeats = await sendAll(doors, { sessionId, keys: unsettled, ended: never });
        all.push(...attempts, ...repeats);
        expect(attempts.filter(({ outcome }) => !["stored", "unavailable"].includes(outcome))).toEqual([]);
        expect(repeats.filter(({ outcome }) => outcome !== "stored")).toEqual([]);
        await expectToBeShown(server.url, sessionId, [...attempts, ...repeats]);
        const audit = auditHandles(readTrace(trace));
        expect(audit.distrusted).toEqual([]);
        injected += audit.failures;
        if (audit.failures === 0) missed.push(call);
        reportProgress(`${what} (${error}): places`, index + 1, at.length);
      }
      expect(missed).toEqual([]);
      expect(refused).toBeGreaterThan(0);
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      expectToBeIn(file, all);
      process.stdout.write(
        `${what}: ${injected} failures at ${at.length} places, ${refused} of ${all.length} sends refused\n`,
      );
    },
  );
});
