import { expect, test } from "vitest";
import type { Account } from "../../server/http/buffer-account.ts";
import { BufferBudget } from "../../server/http/buffer-budget.ts";

type Client = { account: Account; cuts: number; movedBytes: number; isClear: boolean };

function open(budget: BufferBudget): Client {
  const client = { cuts: 0, movedBytes: 0, isClear: false, cut: () => void (client.cuts += 1) };
  return Object.assign(client, { account: budget.open(client) });
}

const busy = expect.objectContaining({ code: "SERVICE_UNAVAILABLE" }) as unknown;

test("a full budget refuses what is large until something of it is out [LIMIT-5]", () => {
  const budget = new BufferBudget(200);
  const { account } = open(budget);
  account.reserve(99);
  budget.assertRoom();
  account.reserve(1);
  expect(() => budget.assertRoom()).toThrow(busy);
  account.release(1);
  budget.assertRoom();
});

test("what was written counts until the operating system has taken it, and not at all if it took it at once", () => {
  const budget = new BufferBudget(200);
  const client = open(budget);
  client.account.hold({ byteLength: 100, waits: 0 });
  expect(budget.isFull).toBe(true);
  client.isClear = true;
  expect(budget.isFull).toBe(false);
  client.account.hold({ byteLength: 100, waits: 0 });
  expect(budget.bytes).toBe(0);
});

test("a piece that waits for many clients counts once, until it waits for none", () => {
  const budget = new BufferBudget(2000);
  const clients = [open(budget), open(budget), open(budget)];
  const piece = { byteLength: 10, waits: 0 };
  for (const { account } of clients) account.add(piece);
  expect(budget.bytes).toBe(10);
  for (const { account } of clients.slice(1)) account.remove(piece);
  expect(budget.bytes).toBe(10);
  clients[0]?.account.remove(piece);
  expect(budget.bytes).toBe(0);
});

test("what can wait is admitted when there is room, one after the other", async () => {
  const budget = new BufferBudget(200);
  const full = open(budget);
  full.account.reserve(100);
  const admitted: string[] = [];
  const [first, second] = [open(budget), open(budget)];
  const both = Promise.all([
    budget.admit(first.account, 30).then(() => admitted.push("first")),
    budget.admit(second.account, 80).then(() => admitted.push("second")),
  ]);
  full.account.release(10);
  await expect.poll(() => admitted).toEqual(["first"]);
  expect(budget.bytes).toBe(120);
  full.account.close();
  await both;
  expect([admitted, budget.bytes]).toEqual([["first", "second"], 110]);
});

test("one whose connection closes waits no more and holds nothing", async () => {
  const budget = new BufferBudget(200);
  const full = open(budget);
  full.account.reserve(100);
  const gone = open(budget);
  const waiting = budget.admit(gone.account, 1);
  gone.account.close();
  await waiting;
  gone.account.reserve(50);
  expect(budget.bytes).toBe(100);
  full.account.close();
  expect(budget.bytes).toBe(0);
});

test("far past the budget the clients are cut at once that have stood still longest [LIMIT-5]", () => {
  const budget = new BufferBudget(200);
  const clients = [open(budget), open(budget), open(budget)];
  for (const { account } of clients) account.reserve(50);
  expect(clients.map(({ cuts }) => cuts)).toEqual([0, 0, 0]);
  open(budget).account.reserve(1);
  expect(clients.map(({ cuts }) => cuts)).toEqual([1, 1, 0]);
  expect(budget.bytes).toBe(51);
});

test("a client for which nothing waits is not cut, whatever others hold", () => {
  const budget = new BufferBudget(200);
  const innocent = open(budget);
  innocent.account.reserve(0);
  const full = open(budget);
  full.account.reserve(200);
  expect([innocent.cuts, full.cuts]).toEqual([0, 1]);
});

test("past the budget a client is cut that takes nothing, and none that takes what it is sent [LIMIT-5]", async () => {
  const budget = new BufferBudget(200);
  const quick = open(budget);
  const slow = open(budget);
  Object.defineProperty(quick, "movedBytes", { get: () => performance.now() * 1000 });
  quick.account.reserve(60);
  slow.account.reserve(60);
  await expect.poll(() => slow.cuts, { timeout: 5000 }).toBe(1);
  expect([quick.cuts, budget.bytes]).toEqual([0, 60]);
});

test.each([
  { what: "that has not sent the rest of a body", isClear: true, isWhole: false },
  { what: "that does not take what it is sent", isClear: false, isWhole: true },
])(
  "past the budget a client is cut $what, and none that waits for the server itself [LIMIT-5]",
  async ({ isClear, isWhole }) => {
    const budget = new BufferBudget(200);
    const served = open(budget);
    const still = open(budget);
    served.isClear = true;
    still.isClear = isClear;
    served.account.gather(60);
    served.account.completeGathered(60);
    still.account.gather(60);
    if (isWhole) still.account.completeGathered(60);
    await expect.poll(() => still.cuts, { timeout: 5000 }).toBe(1);
    expect([served.cuts, budget.bytes]).toEqual([0, 60]);
  },
);
