import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "../../server/live/turns.ts";

const isLarge = async (): Promise<boolean> => false;

/** The names of the readers in the order of their turns, with the turns of the event loop in which nobody read. */
async function order(readers: Record<string, Promise<void> | undefined>) {
  const seen: string[] = [];
  for (const [name, turn] of Object.entries(readers)) void turn?.then(() => seen.push(name));
  for (let idle = 0; idle < 10;) {
    const before = seen.length;
    await nextTurn();
    idle = seen.length === before ? idle + 1 : 0;
    if (idle > 0) seen.push("-");
  }
  return seen.join("").replace(/-+$/, "");
}

/** Uses the turn of the event loop up, as a long read does. */
function useUp(turns: Turns): void {
  void turns.begin(isLarge);
  for (const end = performance.now() + 5; performance.now() < end;);
}

test("a reader may read at once while a turn of the event loop is not used up [SLOW-3]", () => {
  const turns = new Turns();
  expect([turns.begin(isLarge), turns.begin(isLarge)]).toEqual([undefined, undefined]);
  useUp(turns);
  expect(turns.begin(isLarge)).toBeInstanceOf(Promise);
});

test("new readers and those that go on take turns, and others have two turns after each [SLOW-3]", async () => {
  const turns = new Turns();
  useUp(turns);
  const [a, b, c] = [turns.begin(isLarge), turns.begin(isLarge), turns.begin(isLarge)];
  expect(await order({ a, b, c, x: turns.goOn(), y: turns.goOn() })).toBe("a--x--b--y--c");
});

test("a small read waits for none of those that wait [SLOW-3]", async () => {
  const turns = new Turns();
  useUp(turns);
  const [a, b, small] = [turns.begin(isLarge), turns.begin(isLarge), turns.begin(async () => true)];
  expect(await order({ a, b, s: small })).toBe("sa--b");
});

test("a read whose size cannot be told fails, and the others have their turns [SLOW-3]", async () => {
  const turns = new Turns();
  useUp(turns);
  const failing = turns.begin(() => Promise.reject(new Error("no such session")));
  const waiting = turns.begin(isLarge);
  await expect(failing).rejects.toThrow("no such session");
  await waiting;
});
