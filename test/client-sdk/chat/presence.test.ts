import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ChatOptions } from "../../../client-sdk/src/index.ts";
import { createChat } from "../../../client-sdk/src/index.ts";
import { Presence } from "../../../client-sdk/src/chat/presence.ts";
import { startApp } from "../../support/start-app.ts";

describe("the others, as their signals tell", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  type Sent = [name: string, data: unknown];

  /** A client "me" that shows the session. */
  function open() {
    const sent: Sent[] = [];
    const presence = new Presence({
      own: { id: "me", name: "Me" },
      isAnnounced: true,
      send: async (name, data) => void sent.push([name, data]),
      now: Date.now,
      touch: () => undefined,
    });
    const hear = (name: string, data: unknown): void =>
      presence.take({ type: "signal", seq: 1, prev: 1, name, data });
    return { presence, sent, hear };
  }

  test("somebody types until the end is told, or no repeat comes for 8 s [PRESENCE-1]", () => {
    const { presence, hear } = open();
    hear("typing", { id: "a", name: "Ada", is: true });
    hear("typing", { id: "b", is: true });
    const { typing } = presence.shown;
    expect(typing).toEqual([{ id: "a", name: "Ada" }, { id: "b" }]);
    hear("typing", { id: "a", name: "Ada", is: true });
    expect(presence.shown.typing).toBe(typing);
    hear("typing", { id: "b", is: false });
    expect(presence.shown.typing).toEqual([{ id: "a", name: "Ada" }]);
    vi.advanceTimersByTime(7000);
    hear("typing", { id: "a", name: "Ada", is: true });
    vi.advanceTimersByTime(7000);
    expect(presence.shown.typing).toHaveLength(1);
    vi.advanceTimersByTime(1500);
    expect(presence.shown.typing).toEqual([]);
  });

  test("the own signals, and signals of other kinds and forms, show nobody", () => {
    const { presence, hear } = open();
    hear("typing", { id: "me", is: true });
    for (const data of [undefined, null, "a", {}, { id: 1, is: true }, { id: "a" }]) hear("typing", data);
    hear("toString", { id: "a", is: true });
    hear("progress", { id: "a", is: true });
    expect([presence.shown.typing, presence.shown.here]).toEqual([[], []]);
  });

  test("typing is said once at its beginning and its end, and every 3 s meanwhile [PRESENCE-1]", () => {
    const { presence, sent } = open();
    void presence.set("typing", true);
    void presence.set("typing", true);
    expect(sent).toEqual([["typing", { id: "me", name: "Me", is: true }]]);
    vi.advanceTimersByTime(6500);
    expect(sent).toHaveLength(3);
    void presence.set("typing", false);
    void presence.set("typing", false);
    vi.advanceTimersByTime(60_000);
    expect(sent.slice(3)).toEqual([["typing", { id: "me", name: "Me", is: false }]]);
  });

  test("a newcomer asks who is here, and each of the others answers once within a second [PRESENCE-2]", () => {
    const { presence, sent, hear } = open();
    void presence.set("here", true);
    expect(sent.splice(0)).toEqual([["here", { id: "me", name: "Me", is: true, asks: true }]]);
    for (const id of ["a", "b"]) hear("here", { id, is: true, asks: true });
    vi.advanceTimersByTime(1000);
    expect(sent).toEqual([["here", { id: "me", name: "Me", is: true }]]);
    expect(presence.shown.here).toEqual([{ id: "a" }, { id: "b" }]);
    hear("typing", { id: "a", is: true });
    hear("here", { id: "a", is: false });
    expect([presence.shown.here, presence.shown.typing]).toEqual([[{ id: "b" }], []]);
    vi.advanceTimersByTime(51_000);
    expect(presence.shown.here).toEqual([]);
  });

  test("a client that leaves says so, and nothing after [PRESENCE-2]", () => {
    const { presence, sent } = open();
    void presence.set("here", true);
    void presence.set("typing", true);
    sent.length = 0;
    void presence.end();
    vi.advanceTimersByTime(100_000);
    expect(sent).toEqual([
      ["typing", { id: "me", name: "Me", is: false }],
      ["here", { id: "me", name: "Me", is: false }],
    ]);
  });
});

test("two clients see each other come, type and go, over a real server [PRESENCE-1] [PRESENCE-2]", async () => {
  const { url } = await startApp();
  const open = (options: Partial<ChatOptions>) => {
    const chat = createChat({ url, ...options });
    onTestFinished(() => chat.close());
    return chat;
  };
  const [ada, ben] = [open({ presence: { name: "Ada" } }), open({ presence: {} })];
  await ada.rpc.session.create.mutate({ id: "s" });
  const [first, second] = [ada.session("s"), ben.session("s")];
  onTestFinished(first.subscribe(() => undefined));
  await expect.poll(() => first.getSnapshot().status).toBe("live");
  const leave = second.subscribe(() => undefined);
  await expect.poll(() => second.getSnapshot().here).toMatchObject([{ name: "Ada" }]);
  await expect.poll(() => first.getSnapshot().here.length).toBe(1);
  expect(first.getSnapshot().here[0]).not.toHaveProperty("name");
  first.setTyping(true);
  await expect.poll(() => second.getSnapshot().typing).toMatchObject([{ name: "Ada" }]);
  first.setTyping(false);
  await expect.poll(() => second.getSnapshot().typing).toEqual([]);
  expect(first.getSnapshot().typing).toEqual([]);
  expect((await ada.rpc.session.get.query({ session_id: "s" })).messages).toEqual([]);

  leave();
  await expect.poll(() => first.getSnapshot().here).toEqual([]);
  second.subscribe(() => undefined);
  await expect.poll(() => first.getSnapshot().here.length).toBe(1);
  await ben.close();
  await expect.poll(() => first.getSnapshot().here).toEqual([]);
});

test("a client that removes the session that it shows sends no signal to it [PRESENCE-2]", async () => {
  const { url } = await startApp();
  const signals: number[] = [];
  const chat = createChat({
    url,
    presence: {},
    async fetch(address, init) {
      const answer = await fetch(address, init);
      if (address.includes("session.signal")) signals.push(answer.status);
      return answer;
    },
  });
  await chat.rpc.session.create.mutate({ id: "s" });
  const leave = chat.session("s").subscribe(() => undefined);
  await expect.poll(() => signals).toEqual([200]);
  const removed = chat.sessions().remove("s");
  leave();
  await removed;
  await chat.close();
  expect(signals).toEqual([200]);
});
