import { expect, test } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import { openChat } from "../support/readers.ts";
import { call, createSession, readSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

function sendWithKey(
  url: string,
  key: string,
  body: Record<string, unknown>,
  session = "s",
): Promise<Response> {
  return fetch(`${url}/api/sessions/${session}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });
}

const hello = { content: "Hello", sender: "user" };

test("a repeat of a key answers as the first send did and stores nothing, whichever door it comes by [KEY-1]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const first: unknown = await (await sendWithKey(url, "k", hello)).json();
  expect(first).toEqual({
    id: 1,
    session_id: "s",
    ...hello,
    timestamp: expect.any(String) as string,
    key: "k",
  });

  expect(await (await sendWithKey(url, "k", hello)).json()).toEqual(first);
  const client = createClient({ url });
  expect(
    await client.message.add.mutate({ session_id: "s", content: "Hello", sender: "user", key: "k" }),
  ).toEqual({ ...(first as object), seq: 1 });
  const { socket, frames } = await openChat(wsUrl, "s");
  socket.send(JSON.stringify({ ...hello, key: "k" }));
  socket.send(JSON.stringify({ content: "Next", sender: "user" }));
  expect(await frames.count(2)).toMatchObject([
    { message: { id: 1 } },
    { message: { id: 2, content: "Next" } },
  ]);
  socket.close();
  expect((await readSession(url, "s")).messages).toHaveLength(2);
});

test("the key is valid through every door, whichever door first named it [KEY-1]", async () => {
  const { url, wsUrl } = await startApp();
  await createSession(url, { id: "s" });
  const { socket, frames } = await openChat(wsUrl, "s");
  socket.send(JSON.stringify({ ...hello, key: "schlüssel" }));
  const [frame] = await frames.count(1);
  expect(frame).toMatchObject({ message: { id: 1, key: "schlüssel" } });
  // Header bytes are UTF-8, as curl sends them; fetch takes them one by one.
  const header = Buffer.from("schlüssel").toString("latin1");
  expect(await (await sendWithKey(url, header, hello)).json()).toMatchObject({ id: 1, key: "schlüssel" });
  socket.close();
});

test("the same key for other content is 422, and nothing is stored [KEY-2]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  await sendWithKey(url, "k", hello);
  for (const other of [
    { ...hello, content: "Bye" },
    { ...hello, sender: "assistant" },
  ]) {
    const answer = await sendWithKey(url, "k", other);
    expect([answer.status, await answer.json()]).toMatchObject([422, { code: "UNPROCESSABLE_CONTENT" }]);
  }
  expect((await readSession(url, "s")).messages).toHaveLength(1);
});

test("of twenty sends of one key at once, one is stored and all are answered with it [KEY-3]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const answers = await Promise.all(Array.from({ length: 20 }, () => sendWithKey(url, "k", hello)));
  const bodies = new Set(await Promise.all(answers.map((answer) => answer.text())));
  expect(bodies.size).toBe(1);
  expect((await readSession(url, "s")).messages).toHaveLength(1);
});

test("a key belongs to its session", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  await createSession(url, { id: "t" });
  await sendWithKey(url, "k", hello);
  expect(await (await sendWithKey(url, "k", { ...hello, content: "Other" }, "t")).json()).toMatchObject({
    id: 2,
  });
});

test("a repeat is answered as at first even after the message was edited or deleted, and brings nothing back [KEY-1]", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const first: unknown = await (await sendWithKey(url, "k", hello)).json();
  await call(url, "PATCH", "/api/sessions/s/messages/1", { content: "Edited" });
  expect(await (await sendWithKey(url, "k", hello)).json()).toEqual(first);
  await call(url, "DELETE", "/api/sessions/s/messages/1");
  expect(await (await sendWithKey(url, "k", hello)).json()).toEqual(first);
  expect((await readSession(url, "s")).messages).toEqual([]);
});

test.each([
  ["an empty key", "", 400],
  ["a key of 256 characters", "k".repeat(256), 400],
  ["a key of 255 characters", "k".repeat(255), 200],
])("%s is %i", async (_name, key, status) => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  expect((await sendWithKey(url, key, hello)).status).toBe(status);
});
