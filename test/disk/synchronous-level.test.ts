import { expect, test } from "vitest";
import { record } from "./record.ts";
import { describeTraced } from "./strace.ts";
import { auditSyncs } from "./trace-rules.ts";

describeTraced("SQLITE_SYNCHRONOUS sets the syncs of the server", 120_000, () => {
  test("full: no answer leaves before the sync of what it acknowledges [DURABLE-1] [DURABLE-3]", async () => {
    const { lives, attempts } = await record({
      synchronous: "full",
      lives: [{ messages: 40, end: "SIGKILL" }],
    });
    expect(attempts.filter(({ outcome }) => outcome === "stored")).toHaveLength(40);
    const { syncs, unsynced } = auditSyncs(lives.flat());
    expect(unsynced).toEqual([]);
    expect(syncs).toBeGreaterThan(40 / 8);
  });

  test("normal: commits are not synced, only checkpoints are [DURABLE-3]", async () => {
    const { lives } = await record({ synchronous: "normal", lives: [{ messages: 40, end: "SIGKILL" }] });
    const { syncs, unsynced } = auditSyncs(lives.flat());
    expect(new Set(unsynced).size).toBe(40);
    // SQLite syncs the header of a new log before the first frame, and the start's checkpoint syncs its pages. Both
    // happen twice.
    expect(syncs).toBe(3);
  });
});
