import { expect, test } from "vitest";
import type { Outcome } from "../support/doors.ts";
import { openDoors } from "../support/doors.ts";
import { openChat } from "../support/readers.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

const hello = { content: "Hello", sender: "user", timestamp: "2025-11-30T12:00:00" };

function idOf(outcome: Outcome): number | undefined {
  return "message" in outcome ? outcome.message.id : undefined;
}

test("of many who make a session of one id at once, one makes it and the others hear that it exists", async () => {
  const { url } = await startApp();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      call(url, "POST", "/api/sessions", { id: "s", title: `title ${index}` }),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
  const winner = answers[statuses.indexOf(200)];
  expect(await readSession(url, "s")).toEqual(await winner?.json());
});

test("of many sends of one key at once by every door, one is stored, and all who are answered are answered with it [KEY-3]", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  const doors = await openDoors(app);
  // The plain WebSocket is attached first and sends once: that one frame tells it, whoever was the first.
  await doors.find(({ name }) => name === "plain WebSocket")?.send("s", { ...hello, content: "attached" });
  const answering = doors.filter(({ name }) => name !== "plain WebSocket");
  const outcomes = await Promise.all([
    ...doors.map((door) => door.send("s", hello, "k")),
    ...Array.from({ length: 6 }, () => answering.map((door) => door.send("s", hello, "k"))).flat(),
  ]);
  const { messages } = await readSession(app.url, "s");
  expect(messages.slice(1)).toEqual([{ ...hello, id: 2, session_id: "s", key: "k" }]);
  expect(new Set(outcomes.map(idOf))).toEqual(new Set([2]));
});

test("the same key for other content or another sender is 422 by every door, and stores nothing [KEY-2]", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  await createSession(app.url, { id: "other" });
  const doors = await openDoors(app);
  await doors[0]?.send("s", hello, "k");
  for (const door of doors) {
    for (const changed of [
      { ...hello, content: "hello" },
      { ...hello, sender: "assistant" },
    ]) {
      const outcome = await door.send("s", changed, "k");
      expect.soft(outcome, door.name).toMatchObject({ error: { code: "UNPROCESSABLE_CONTENT" } });
      if ("error" in outcome && door.name !== "plain WebSocket")
        expect.soft(outcome.error.httpStatus).toBe(422);
    }
    expect
      .soft(await door.send("other", hello, `k of ${door.name}`), door.name)
      .toMatchObject({ message: hello });
  }
  expect((await readSession(app.url, "s")).messages).toHaveLength(1);
  expect((await readSession(app.url, "other")).messages).toHaveLength(doors.length);
});

test("a key of a deleted session means nothing in the one that is made anew [KEY-1]", async () => {
  const app = await startApp();
  await createSession(app.url, { id: "s" });
  const [rest] = await openDoors(app);
  await rest?.send("s", hello, "k");
  await call(app.url, "DELETE", "/api/sessions/s");
  expect(await rest?.send("s", hello, "k")).toMatchObject({ error: { code: "NOT_FOUND" } });
  await createSession(app.url, { id: "s" });
  expect(await rest?.send("s", { ...hello, content: "other" }, "k")).toMatchObject({ message: { id: 2 } });
});

test("edits and deletions of one message at once leave one outcome, which every reader has [ORDER-3]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { id } = await send(url, "s", "first");
  const { frames, socket } = await openChat(wsUrl, "s", "?after=0");
  const path = `/api/sessions/s/messages/${id}`;
  const edits = await Promise.all(
    Array.from({ length: 10 }, (_, index) => call(url, "PATCH", path, { content: `edit ${index}` })),
  );
  expect(edits.map(({ status }) => status)).toEqual(edits.map(() => 200));
  const { messages } = await readSession(url, "s");
  const last = messages[0]?.content;
  const got = await frames.until((all) => all.at(-1)?.message?.content === last);
  expect(new Set(got.map(({ message }) => message?.id))).toEqual(new Set([id]));
  const deletions = await Promise.all(Array.from({ length: 5 }, () => call(url, "DELETE", path)));
  expect(deletions.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 404, 404, 404, 404]);
  expect((await call(url, "PATCH", path, { content: "too late" })).status).toBe(404);
  socket.close();
});

test("a session that is deleted while many write to it is gone, and every write is answered with 200 or 404", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const path = "/api/sessions/s/messages";
  const answers = await Promise.all([
    ...Array.from({ length: 20 }, () => call(url, "POST", path, hello)),
    call(url, "DELETE", "/api/sessions/s"),
    ...Array.from({ length: 20 }, () => call(url, "POST", path, hello)),
  ]);
  for (const { status } of answers) expect([200, 204, 404]).toContain(status);
  expect((await fetch(`${url}/api/sessions/s`)).status).toBe(404);
  await createSession(url, { id: "s" });
  expect((await readSession(url, "s")).messages).toEqual([]);
});

test("writes that come together have each their own outcome: what fails among them undoes no other [DURABLE-5]", async () => {
  const app = await startApp();
  const { url } = app;
  await createSession(url, { id: "s" });
  const [rest] = await openDoors(app);
  if (!rest) throw new Error("There is no door.");
  await rest.send("s", hello, "k");
  const rounds = Array.from({ length: 15 }, (_, index) => index);
  const outcomes = await Promise.all(
    rounds.flatMap((round) => [
      rest.send("s", { ...hello, content: `${round}` }),
      rest.send("nobody", hello),
      rest.send("s", { ...hello, content: "another" }, "k"),
      rest.send("s", hello, "k"),
      rest.send("s", { ...hello, sender: "nobody" }),
    ]),
  );
  const codes = outcomes.map((outcome) => ("error" in outcome ? outcome.error.code : outcome.message.key));
  expect(codes).toEqual(
    rounds.flatMap(() => [undefined, "NOT_FOUND", "UNPROCESSABLE_CONTENT", "k", "BAD_REQUEST"]),
  );
  const { messages } = await readSession(url, "s");
  expect(messages.map(({ content }) => content).toSorted()).toEqual(
    ["Hello", ...rounds.map(String)].toSorted(),
  );
});
