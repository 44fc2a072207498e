import { expect, test } from "vitest";
import { openChat } from "../support/readers.ts";
import { openReply } from "../support/replies.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test("a client of the messages gets a reply when it has ended, as the documented frame [REPLY-4]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { frames } = await openChat(wsUrl, "s");
  const reply = await openReply(url);
  await reply.append("Hello");
  await send(url, "s", "meanwhile");
  await reply.finish();
  const stopped = await openReply(url, "stopped");
  await stopped.append("Half");
  await stopped.ask("stop");
  expect(await frames.count(3)).toMatchObject([
    { message: { content: "meanwhile" } },
    { session_id: "s", message: { id: 1, content: "Hello", sender: "assistant", key: "r" } },
    { message: { content: "Half", status: "stopped" } },
  ]);
});

test("messages are replayed in the order in which they became complete, whatever their ids [REPLY-4] [RESUME-6]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const early = await openReply(url, "early");
  const one = await send(url, "s", "one");
  const late = await openReply(url, "late");
  await early.append("early");
  await early.finish();
  const two = await send(url, "s", "two");
  await late.append("late");
  await late.finish();
  await call(url, "PATCH", `/api/sessions/s/messages/key:early`, { content: "early, edited" });
  await openReply(url, "open");
  const replayed = async (after: number | string): Promise<unknown[]> => {
    const { frames, socket } = await openChat(wsUrl, "s", `?after=${encodeURIComponent(after)}`);
    await send(url, "s", "end");
    const seen = await frames.until((items) => items.some(({ message }) => message?.content === "end"));
    await call(url, "DELETE", `/api/sessions/s/messages/${seen.at(-1)?.message?.id}`);
    socket.close();
    return seen.map(({ message }) => message?.content);
  };
  expect(await replayed(0)).toEqual(["one", "early, edited", "two", "late", "end"]);
  expect(await replayed(one.id)).toEqual(["early, edited", "two", "late", "end"]);
  expect(await replayed("key:early")).toEqual(["two", "late", "end"]);
  expect(await replayed(two.id)).toEqual(["late", "end"]);
  expect(await replayed("key:late")).toEqual(["end"]);
});

test("a client that is cut and comes back gets each reply once, though many end at the same time [REPLY-4]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const names = Array.from({ length: 120 }, (_, index) => `reply ${index}`);
  for (const [index, name] of names.entries()) {
    const reply = await openReply(url, `r${index}`);
    await reply.append(name);
    await reply.finish();
  }
  const seen: (string | undefined)[] = [];
  for (let after = 0; seen.length < names.length;) {
    const { frames, socket } = await openChat(wsUrl, "s", `?after=${after}`);
    const some = (await frames.count(Math.min(17, names.length - seen.length))).slice(0, 17);
    seen.push(...some.map(({ message }) => message?.content));
    after = some.at(-1)?.message?.id ?? after;
    socket.close();
  }
  expect(seen).toEqual(names);
});
