import { describe, expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import type { OpenedServices } from "../support/services.ts";
import type { Sink } from "../../server/live/feed.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { actAfterRead, openServices } from "../support/services.ts";

type Sent = { items: readonly unknown[]; isShared: boolean };

/** The events that a reader is sent before anything happens. */
async function attach(services: OpenedServices, after?: string): Promise<Sent[]> {
  const sent: Sent[] = [];
  const left = new AbortController();
  const take = (items: readonly unknown[], isShared: boolean): void => {
    sent.push({ items, isShared });
    left.abort();
  };
  const sink: Sink<unknown> = {
    isWritable: true,
    takesSignals: true,
    whenWritable: (work) => work(),
    send: (items) => take(items, false),
    sendShared: (items) => take(items, true),
  };
  await followSession(services, { sessionId: "s", after, signal: left.signal }).pipeTo(sink);
  return sent;
}

async function openWithMessage(content = "one"): Promise<OpenedServices> {
  const services = { ...(await openServices()), maxMessageChars: 10_000_000 };
  await createSession(services, { id: "s", title: "t" });
  await addMessage(services, { session_id: "s", content, sender: "user" });
  return services;
}

describe.each([
  ["snapshot", undefined],
  ["reset", "another:7"],
] as const)("readers who begin with a %s", (type, after) => {
  test("while nothing changes begin with the same objects [SLOW-5]", async () => {
    const services = await openWithMessage();
    const [first] = await attach(services, after);
    const [second] = await attach(services, after);
    expect(first).toMatchObject({ items: [{ event: { type, seq: 1 } }, {}] });
    expect(second).toMatchObject({ isShared: true });
    expect(second?.items).toBe(first?.items);
    await addMessage(services, { session_id: "s", content: "two", sender: "user" });
    const [third] = await attach(services, after);
    expect(third).toMatchObject({ items: [{ event: { type, seq: 2 } }, {}] });
  });

  test("at the same time begin with the same objects [SLOW-5]", async () => {
    const services = await openWithMessage();
    const sent = await Promise.all(Array.from({ length: 40 }, () => attach(services, after)));
    expect(new Set(sent.map(([beginning]) => beginning?.items)).size).toBe(1);
  });

  test("that is large begin with bytes that are made for all, the first of them too [SLOW-5]", async () => {
    const services = await openWithMessage("x".repeat(100_000));
    expect(await attach(services, after)).toMatchObject([{ isShared: true }]);
  });

  test("begin with what there is now when the log was changed without a word [SLOW-5]", async () => {
    const services = await openWithMessage();
    const [first] = await attach(services, after);
    services.hub.snapshots.clear();
    const [second] = await attach(services, after);
    expect(second?.items).not.toBe(first?.items);
    expect(second).toMatchObject({ items: [{ event: { type, seq: 1 } }, {}] });
  });
});

test("a reader that sees a change does not begin with what another began to read before it [SLOW-5]", async () => {
  const inner = await openWithMessage();
  let second: Promise<Sent[]> | undefined;
  // The first has read how the session stands, and then another attaches, after a message that was acknowledged.
  const { services } = actAfterRead(inner, 3, async () => {
    await addMessage(inner, { session_id: "s", content: "two", sender: "user" });
    second = attach(inner);
  });
  const [first] = await attach(services);
  expect(first).toMatchObject({ items: [{ event: { seq: 1 } }, {}] });
  expect(await second).toMatchObject([{ items: [{ event: { seq: 2 } }, {}] }]);
});

test("of large beginnings those that were used last are kept [SLOW-5]", async () => {
  const services = await openWithMessage("x".repeat(5_000_000));
  const [snapshot] = await attach(services);
  const [reset] = await attach(services, "another:7");
  expect((await attach(services, "another:7"))[0]?.items).toBe(reset?.items);
  expect((await attach(services))[0]?.items).not.toBe(snapshot?.items);
});
