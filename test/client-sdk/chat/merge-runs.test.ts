import { expect, test } from "vitest";
import { mergeRuns } from "../../../client-sdk/src/chat/merge-runs.ts";

/** Work that ends when the test says so. */
function startWork() {
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const work = () => new Promise<void>((resolve, reject) => void ends.push({ resolve, reject }));
  return { ends, run: mergeRuns(work) };
}

test("calls during a run share one further run, which begins after it", async () => {
  const { ends, run } = startWork();
  const first = run();
  const later = [run(), run(), run()];
  expect(ends).toHaveLength(1);
  ends[0]?.resolve();
  await first;
  await expect.poll(() => ends).toHaveLength(2);
  const last = run();
  ends[1]?.resolve();
  await Promise.all(later);
  await expect.poll(() => ends).toHaveLength(3);
  ends[2]?.resolve();
  await last;
  expect(ends).toHaveLength(3);
});

test("a run that fails does not hold up the next one", async () => {
  const { ends, run } = startWork();
  const first = run();
  const second = run();
  ends[0]?.reject(new Error("failed"));
  await expect(first).rejects.toThrow("failed");
  await expect.poll(() => ends).toHaveLength(2);
  ends[1]?.resolve();
  await second;
});
