import { expect, test } from "vitest";
import type { PendingSession } from "../../server/assistant/pending-sessions.ts";
import { PendingSessions } from "../../server/assistant/pending-sessions.ts";

function open() {
  const pending = new PendingSessions();
  let queued = 0;
  pending.onQueued = () => (queued += 1);
  const note = (id: string, since: number): void => pending.note(id, { since, mayHaveLeftOvers: false });
  const take = (): PendingSession => pending.takeNext() ?? expect.fail("No session is due.");
  return { pending, note, take, countQueued: () => queued };
}

test("sessions take turns in the order in which they became pending, each once", () => {
  const { pending, note, take, countQueued } = open();
  for (const [id, since] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
  ] as const)
    note(id, since);
  expect([take().id, take().id, pending.takeNext(), countQueued()]).toEqual(["a", "b", undefined, 2]);
});

test("a session that changes during its turn takes another one [ASSIST-6]", () => {
  const { pending, note, take } = open();
  note("a", 1);
  const turn = take();
  note("a", 2);
  expect(pending.takeNext()).toBeUndefined();
  pending.endTurn(turn, "done");
  const again = take();
  expect(again.id).toBe("a");
  pending.endTurn(again, "done");
  expect(pending.takeNext()).toBeUndefined();
});

test("a session that waits for another writer takes a turn at its next change, or is deleted", () => {
  const { pending, note, take } = open();
  note("a", 1);
  pending.endTurn(take(), "waiting");
  expect(pending.takeNext()).toBeUndefined();
  note("a", 5);
  pending.endTurn(take(), "waiting");
  expect(pending.completeUpTo(9)).toBe(0);
  pending.forget("a");
  expect(pending.completeUpTo(9)).toBe(9);
});

test("the list is complete up to the first message whose turn has not ended [ASSIST-6]", () => {
  const { pending, note, take } = open();
  expect(pending.completeUpTo(3)).toBe(3);
  note("a", 5);
  note("b", 7);
  note("a", 8);
  expect(pending.completeUpTo(8)).toBe(4);
  pending.endTurn(take(), "done");
  expect(pending.completeUpTo(8)).toBe(6);
  pending.clear();
  expect([pending.completeUpTo(8), pending.takeNext()]).toEqual([8, undefined]);
});
