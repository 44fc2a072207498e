import { describe, expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import type { Desk } from "../../server/domain/desk.ts";
import type { Sink } from "../../server/domain/live-stream.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { actAfterRead, openDesk } from "../support/desk.ts";

type Sent = { items: readonly unknown[]; isShared: boolean };

/** The events that a reader is sent before anything happens. */
async function attach(desk: Desk, after?: string): Promise<Sent[]> {
  const sent: Sent[] = [];
  const left = new AbortController();
  const sink: Sink<unknown> = {
    isReady: true,
    inTurn: (work) => work(),
    send(items, isShared) {
      sent.push({ items, isShared });
      left.abort();
    },
  };
  await followSession(desk, { sessionId: "s", after, signal: left.signal }).into(sink);
  return sent;
}

async function openDeskWithMessage(content = "one"): Promise<Desk> {
  const desk = { ...(await openDesk()), maxMessageChars: 10_000_000 };
  await createSession(desk, { id: "s", title: "t" });
  await addMessage(desk, { session_id: "s", content, sender: "user" });
  return desk;
}

describe.each([
  ["snapshot", undefined],
  ["reset", "another:7"],
] as const)("readers who begin with a %s", (type, after) => {
  test("while nothing changes begin with the same objects [SLOW-5]", async () => {
    const desk = await openDeskWithMessage();
    const [first] = await attach(desk, after);
    const [second] = await attach(desk, after);
    expect(first).toMatchObject({ items: [{ event: { type, seq: 1 } }, {}] });
    expect(second).toMatchObject({ isShared: true });
    expect(second?.items).toBe(first?.items);
    await addMessage(desk, { session_id: "s", content: "two", sender: "user" });
    const [third] = await attach(desk, after);
    expect(third).toMatchObject({ items: [{ event: { type, seq: 2 } }, {}] });
  });

  test("at the same time begin with the same objects [SLOW-5]", async () => {
    const desk = await openDeskWithMessage();
    const sent = await Promise.all(Array.from({ length: 40 }, () => attach(desk, after)));
    expect(new Set(sent.map(([beginning]) => beginning?.items)).size).toBe(1);
  });

  test("that is large begin with bytes that are made for all, the first of them too [SLOW-5]", async () => {
    const desk = await openDeskWithMessage("x".repeat(100_000));
    expect(await attach(desk, after)).toMatchObject([{ isShared: true }]);
  });

  test("begin with what there is now when the log was changed without a word [SLOW-5]", async () => {
    const desk = await openDeskWithMessage();
    const [first] = await attach(desk, after);
    desk.hub.beginnings.clear();
    const [second] = await attach(desk, after);
    expect(second?.items).not.toBe(first?.items);
    expect(second).toMatchObject({ items: [{ event: { type, seq: 1 } }, {}] });
  });
});

test("a reader that sees a change does not begin with what another began to read before it [SLOW-5]", async () => {
  const inner = await openDeskWithMessage();
  let second: Promise<Sent[]> | undefined;
  // The first has read how the session stands, and then another attaches, after a message that was acknowledged.
  const { desk } = actAfterRead(inner, 3, async () => {
    await addMessage(inner, { session_id: "s", content: "two", sender: "user" });
    second = attach(inner);
  });
  const [first] = await attach(desk);
  expect(first).toMatchObject({ items: [{ event: { seq: 1 } }, {}] });
  expect(await second).toMatchObject([{ items: [{ event: { seq: 2 } }, {}] }]);
});

test("of large beginnings those that were used last are kept [SLOW-5]", async () => {
  const desk = await openDeskWithMessage("x".repeat(5_000_000));
  const [snapshot] = await attach(desk);
  const [reset] = await attach(desk, "another:7");
  expect((await attach(desk, "another:7"))[0]?.items).toBe(reset?.items);
  expect((await attach(desk))[0]?.items).not.toBe(snapshot?.items);
});
