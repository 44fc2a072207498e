import { expect, test } from "vitest";
import type { SessionSnapshot } from "../../../client-sdk/src/chat/session-snapshot.ts";
import type { Fault } from "./support/faulty-proxy.ts";
import { openChat, until } from "./support/open-chat.ts";
import { startDesk } from "./support/start-desk.ts";

const contents = ({ messages }: SessionSnapshot) => messages.map(({ content }) => content);
const deliveries = ({ messages }: SessionSnapshot) => messages.map(({ delivery }) => delivery);
const isSettled = (state: SessionSnapshot) => deliveries(state).every((delivery) => delivery !== "pending");

test.each<[how: string, faults: Fault[]]>([
  ["the answer is cut off", ["cut after", "cut after"]],
  ["the request is cut off", ["cut before", "cut before"]],
  ["another server answers with 502 and HTML", ["html", "html"]],
  ["one thing after another goes wrong", ["html", "cut after", "cut before", "html", "cut after"]],
])("a message is stored once when %s", async (_, faults) => {
  const { proxy, stored, ways } = await startDesk();
  proxy.faults.push(...faults);
  const { chat } = openChat(ways);
  const message = await chat.session("s").send("Hello");
  expect(message.content).toBe("Hello");
  expect(await stored()).toEqual(["Hello"]);
  expect(proxy.bodies).toHaveLength(faults.length + 1);
  expect(new Set(proxy.bodies).size).toBe(1);
});

test("three quick sends are stored in their order though the first is slow [SEND-2]", async () => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  const sends = ["one", "two", "three"].map((content) => store.send(content));
  const state = await until(store, ({ messages }) => messages.length === 3);
  expect([contents(state), deliveries(state)]).toEqual([
    ["one", "two", "three"],
    ["pending", "pending", "pending"],
  ]);
  const first = await proxy.nextHeld();
  expect(proxy.bodies).toHaveLength(1);
  proxy.release();
  first.go();
  await Promise.all(sends);
  expect(await stored()).toEqual(["one", "two", "three"]);
  expect(contents(await until(store, isSettled))).toEqual(["one", "two", "three"]);
});

test("a message that is shown keeps its key from the first moment to the last, and shows once [SEND-1] [MERGE-5]", async () => {
  const { ways } = await startDesk();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  const seen: string[][] = [];
  store.subscribe(() => seen.push(store.getSnapshot().messages.map(({ key }) => key)));
  await until(store, ({ status }) => status === "live");
  const { key } = await store.send("Hello");
  await until(store, ({ messages }) => messages[0]?.delivery === "sent" && messages[0].id !== undefined);
  expect(new Set(seen.filter((keys) => keys.length > 0).flat())).toEqual(new Set([key]));
  expect(Math.max(...seen.map((keys) => keys.length))).toBe(1);
});

test("a refused message fails with its reason, holds nothing up, and goes out again when it is edited [SEND-3]", async () => {
  const { direct, stored, ways } = await startDesk();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  await direct.message.add.mutate({ session_id: "s", content: "first", sender: "user", key: "taken" });
  const refused = store.send("Other content", { key: "taken" });
  await store.send("Later");
  await expect(refused).rejects.toMatchObject({
    kind: "refused",
    code: "UNPROCESSABLE_CONTENT",
    retryable: false,
  });
  expect(await stored()).toEqual(["first", "Later"]);

  const empty = store.send("", { key: "empty" });
  await expect(empty).rejects.toMatchObject({ code: "BAD_REQUEST", issues: [{ path: ["content"] }] });
  const failed = await until(store, ({ messages }) => messages.at(-1)?.key === "empty");
  expect(failed.messages.at(-1)).toMatchObject({ delivery: "failed", error: { code: "BAD_REQUEST" } });
  await chat.drain();
  await store.edit("empty", "No longer empty");
  expect(await stored()).toEqual(["first", "Later", "No longer empty"]);
});

test("a send waits for the making of its session, and a CONFLICT on an own id is success [SEND-2]", async () => {
  const { proxy, direct, ways } = await startDesk();
  proxy.faults.push("cut after");
  const { chat } = openChat(ways);
  const id = chat.sessions().create({ title: "Mine" });
  const store = chat.session(id);
  const sent = store.send("Hello");
  expect((await until(store, ({ messages }) => messages.length === 1)).title).toBe("Mine");
  await sent;
  const { title, messages } = await direct.session.get.query({ session_id: id });
  expect([title, messages.map(({ content }) => content)]).toEqual(["Mine", ["Hello"]]);
  expect(proxy.bodies.map((body) => body.includes("Hello"))).toEqual([false, false, true]);
  expect((await until(store, ({ status }) => status === "live")).error).toBeUndefined();
});

test("the messages of a session whose making is refused fail with it, the later ones too [SEND-3]", async () => {
  const { ways } = await startDesk();
  const { chat } = openChat(ways);
  const id = chat.sessions().create({ title: "x".repeat(1001) });
  const store = chat.session(id);
  await expect(store.send("Hello")).rejects.toMatchObject({ code: "BAD_REQUEST" });
  const [message] = (await until(store, ({ messages }) => messages.length === 1)).messages;
  expect(message).toMatchObject({ delivery: "failed", error: { code: "BAD_REQUEST" } });
  await expect(store.send("Again")).rejects.toMatchObject({ code: "BAD_REQUEST" });
});
