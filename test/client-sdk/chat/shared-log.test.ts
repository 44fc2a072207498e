import { expect, test } from "vitest";
import type { Events, LogFollower, Upstream } from "../../../client-sdk/src/chat/connection/log.ts";
import { createSharedLog } from "../../../client-sdk/src/chat/tabs/shared-log.ts";

/** An upstream whose subscriptions a test feeds by hand, so that their order is its own. */
type Scripted = { upstream: Upstream; subscriptions: Subscription[] };
type Subscription = { startedAt: string | undefined; follower: LogFollower; isEnded: boolean };

function scriptedUpstream(): Scripted {
  const subscriptions: Subscription[] = [];
  const upstream: Upstream = {
    status: "live",
    subscribeStatus: () => () => undefined,
    follow(_, follower) {
      const subscription = { startedAt: follower.position(), follower, isEnded: false };
      subscriptions.push(subscription);
      return () => {
        subscription.isEnded = true;
      };
    },
    reconnect: () => undefined,
    lose: () => undefined,
    tick: () => undefined,
    close: () => undefined,
  };
  return { upstream, subscriptions };
}

const change = (seq: number): Events => [
  { position: `e:${seq}`, event: { type: "session_deleted", session_id: "s", seq, prev: seq - 1 } },
];

function feed(subscription: Subscription | undefined, ...seqs: number[]): void {
  for (const seq of seqs) if (!subscription?.isEnded) subscription?.follower.take(change(seq));
}

/** It is caught up, at this position. */
function settle(subscription: Subscription | undefined, seq: number): void {
  subscription?.follower.take([
    { position: `e:${seq}`, event: { type: "caught_up", seq, prev: seq, epoch: "e" } },
  ]);
  subscription?.follower.onStatus("live");
}

function member(startAt?: string): { follower: LogFollower; seqs: number[] } {
  const seqs: number[] = [];
  return {
    seqs,
    follower: {
      position: () => startAt,
      take: (events) =>
        seqs.push(...events.flatMap(({ event }) => (event.seq === event.prev ? [] : [event.seq]))),
      onStatus: () => undefined,
      onRefused: () => undefined,
    },
  };
}

/** A log that is shared and live at 5, and a second member that has 2. */
async function joinAt5(): Promise<{ scripted: Scripted; late: ReturnType<typeof member> }> {
  const scripted = scriptedUpstream();
  const log = createSharedLog(scripted.upstream, "list");
  log.add(member("e:4").follower);
  feed(scripted.subscriptions[0], 5);
  settle(scripted.subscriptions[0], 5);
  const late = member("e:2");
  log.add(late.follower);
  expect(scripted.subscriptions.map(({ startedAt }) => startedAt)).toEqual(["e:4", "e:2"]);
  return { scripted, late };
}

const turn = (): Promise<void> => new Promise((resolve) => queueMicrotask(resolve));

test("a late member that is level with the shared subscription goes on by it", async () => {
  const { scripted, late } = await joinAt5();
  const [shared, own] = scripted.subscriptions;
  feed(own, 3, 4, 5);
  settle(own, 5);
  await turn();
  expect(own?.isEnded).toBe(true);
  feed(shared, 6);
  expect(late.seqs).toEqual([3, 4, 5, 6]);
});

test("a late member that is ahead takes nothing twice", async () => {
  const { scripted, late } = await joinAt5();
  const [shared, own] = scripted.subscriptions;
  feed(own, 3, 4, 5, 6, 7);
  settle(own, 7);
  await turn();
  expect(own?.isEnded).toBe(true);
  feed(shared, 6, 7, 8);
  expect(late.seqs).toEqual([3, 4, 5, 6, 7, 8]);
});

test("a late member that is behind keeps its own subscription until it is level", async () => {
  const { scripted, late } = await joinAt5();
  const [shared, own] = scripted.subscriptions;
  feed(own, 3, 4, 5);
  feed(shared, 6, 7);
  settle(own, 5);
  await turn();
  expect(own?.isEnded).toBe(false);
  feed(own, 6);
  feed(shared, 8);
  feed(own, 7, 8);
  // In the task in which it becomes level, the shared one goes on.
  feed(shared, 9);
  await turn();
  expect(own?.isEnded).toBe(true);
  expect(late.seqs).toEqual([3, 4, 5, 6, 7, 8, 9]);
});

test("a late member of another history keeps its own subscription", async () => {
  const { scripted } = await joinAt5();
  const [, own] = scripted.subscriptions;
  own?.follower.take([{ position: "f:9", event: { type: "caught_up", seq: 9, prev: 9, epoch: "f" } }]);
  own?.follower.onStatus("live");
  await turn();
  expect(own?.isEnded).toBe(false);
});

test("the shared subscription outlives its first member, and ends with the last", () => {
  const { upstream, subscriptions } = scriptedUpstream();
  const log = createSharedLog(upstream, "list");
  const endFirst = log.add(member("e:4").follower);
  settle(subscriptions[0], 4);
  const second = member("e:4");
  const endSecond = log.add(second.follower);
  settle(subscriptions[1], 4);
  endFirst();
  feed(subscriptions[0], 5);
  expect(second.seqs).toEqual([5]);
  endSecond();
  expect([subscriptions[0]?.isEnded, log.isEmpty]).toEqual([true, true]);
});
