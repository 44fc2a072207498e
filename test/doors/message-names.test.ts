import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { createClient } from "../../client-sdk/src/index.ts";
import type { ErrorBody } from "../../server/contract/error.ts";
import type { Message } from "../../client-sdk/src/index.ts";
import { openDoors } from "../support/doors.ts";
import { followWithClient, openChat } from "../support/readers.ts";
import { call, full, readSession, send } from "../support/rest.ts";
import { edit, remove, rename, startWithSession } from "./followed-session.ts";

function path(ref: string): string {
  return `/api/sessions/s/messages/${encodeURIComponent(ref)}`;
}

function idsOf(messages: Message[]): number[] {
  return messages.map(({ id }) => id);
}

const hello = { session_id: "s", content: "Hello", sender: "user" } as const;

test("every message has a key and the position of its last change, but on the documented paths [NAME-1]", async () => {
  const app = await startWithSession();
  const { url } = app;
  const client = createClient({ url });
  const named = await client.message.add.mutate({ ...hello, key: "k" });
  const unnamed = await client.message.add.mutate(hello);
  expect(named).toEqual({ ...hello, id: 1, timestamp: named.timestamp, key: "k", seq: 1 });
  expect(unnamed).toEqual({ ...hello, id: 2, timestamp: unnamed.timestamp, key: "#2", seq: 2 });
  const { key: _key, seq: _seq, ...documentedUnnamed } = unnamed;
  const { seq: _other, ...documentedNamed } = named;

  expect((await readSession(url, "s")).messages).toEqual([documentedNamed, documentedUnnamed]);
  const [listed] = (await (await call(url, "GET", "/api/sessions")).json()) as { messages: unknown }[];
  expect(listed?.messages).toEqual([documentedNamed, documentedUnnamed]);
  const third = await send(url, "s", "Over REST");
  expect(Object.keys(third)).toEqual(["id", "session_id", "content", "sender", "timestamp"]);
  const { socket, frames } = await openChat(app.wsUrl, "s", "?after=0");
  const { session_id: _session, ...shown } = documentedUnnamed;
  expect((await frames.count(3))[1]).toEqual({ session_id: "s", message: shown });
  socket.close();

  const all = [named, unnamed, full(third, 3)];
  const page = await call(url, "GET", "/api/sessions/s/messages");
  expect(await page.json()).toEqual(all);
  expect((await client.session.get.query({ session_id: "s" })).messages).toEqual(all);
  const renamed = await rename(app, "Renamed");
  expect(((await renamed.json()) as { messages: unknown }).messages).toEqual(all);
  const edited = await edit(app, 2, "Edited");
  expect(await edited.json()).toEqual({ ...unnamed, content: "Edited", seq: 5 });
  const { events, unsubscribe } = await followWithClient(client, { session_id: "s", lastEventId: "4" });
  await remove(app, 1);
  const got = await events.until((items) => items.some(({ type }) => type === "message_deleted"));
  expect(got).toMatchObject([
    { type: "message", message: { ...unnamed, content: "Edited", seq: 5 } },
    { type: "caught_up" },
    { type: "message_deleted", seq: 6, message_id: 1, key: "k" },
  ]);
  unsubscribe();
});

test("key: and its key name a message wherever its id does, also one made of the id [NAME-2]", async () => {
  const app = await startWithSession();
  const { url, wsUrl } = app;
  const client = createClient({ url });
  // As a path has it percent-encoded, and a header byte by byte.
  const key = "ein Schlüssel/mit: 🙂?";
  for (const each of ["a", key, "z"]) await client.message.add.mutate({ ...hello, key: each });
  const last = await client.message.add.mutate(hello);

  const edited = await call(url, "PATCH", path(`key:${key}`), { content: "Edited", key: "of no effect" });
  expect([edited.status, await edited.json()]).toMatchObject([200, { id: 2, key, content: "Edited" }]);
  expect(await client.message.update.mutate({ session_id: "s", key, content: "Again" })).toMatchObject({
    id: 2,
    content: "Again",
  });
  expect(
    await client.message.update.mutate({ session_id: "s", message_id: `key:#${last.id}`, content: "Last" }),
  ).toMatchObject({ id: last.id, content: "Last" });

  const list = (bounds: object) => client.message.list.query({ session_id: "s", ...bounds });
  expect(idsOf((await list({ before: `key:${key}` })).items)).toEqual([1]);
  expect(idsOf((await list({ after: `key:${key}` })).items)).toEqual([3, 4]);
  const query = new URLSearchParams({ after: `key:${key}`, before: "key:#4" }).toString();
  const page = await call(url, "GET", `/api/sessions/s/messages?${query}`);
  expect(idsOf((await page.json()) as Message[])).toEqual([3]);
  const { socket, frames } = await openChat(wsUrl, "s", `?after=${encodeURIComponent(`key:${key}`)}`);
  expect((await frames.count(2)).map(({ message }) => message?.id)).toEqual([3, 4]);
  socket.close();

  expect((await call(url, "DELETE", path("key:a"))).status).toBe(204);
  await client.message.delete.mutate({ session_id: "s", key: "z" });
  expect(idsOf((await list({})).items)).toEqual([2, 4]);
  // A place in the order is still that of a message that is gone.
  expect(idsOf((await list({ after: "key:z" })).items)).toEqual([4]);
});

test("a key that names nothing is 404 and says so, and a message is named once [NAME-2]", async () => {
  const { url, wsUrl } = await startWithSession();
  const client = createClient({ url });
  const there = await client.message.add.mutate({ ...hello, key: "k" });
  for (const ref of ["key:nobody's", "key:#99", "key:", "key:#k"]) {
    for (const [method, body] of [["PATCH", { content: "x" }], ["DELETE"]] as const) {
      const answer = await call(url, method, path(ref), body);
      expect([ref, answer.status, await answer.json()]).toMatchObject([ref, 404, { code: "NOT_FOUND" }]);
    }
  }
  await expect(client.message.list.query({ session_id: "s", before: "key:nobody's" })).rejects.toThrow(
    'There is no message with the key "nobody\'s" in this session.',
  );
  await expect(openChat(wsUrl, "s", "?after=key:nobody")).rejects.toThrow("The socket was refused.");
  const oneName = "name the message by message_id or by key, and by one of them alone";
  for (const names of [{}, { message_id: there.id, key: "k" }]) {
    await expect(client.message.update.mutate({ session_id: "s", ...names, content: "x" })).rejects.toThrow(
      oneName,
    );
    await expect(client.message.delete.mutate({ session_id: "s", ...names })).rejects.toThrow(oneName);
  }
  expect((await readSession(url, "s")).messages).toMatchObject([{ content: "Hello" }]);
});

test("a send that names a key as the server makes them is refused at every door [NAME-3]", async () => {
  const app = await startWithSession();
  for (const door of await openDoors(app)) {
    for (const key of ["#1", "#-1", "#99999999999999999999"]) {
      expect(await door.send("s", { content: "Hello", sender: "user" }, key), door.name).toMatchObject({
        error: {
          code: "BAD_REQUEST",
          message: expect.stringMatching(/^key: must not be # and a number/) as string,
        },
      });
    }
    const key = `#a ${door.name}`;
    expect(await door.send("s", { content: "Hello", sender: "user" }, key)).toMatchObject({
      message: { key },
    });
  }
});

test("a key that no text can be is refused wherever a message is named, and changes no other message [NAME-2]", async () => {
  const { url, wsUrl } = await startWithSession();
  const client = createClient({ url });
  // A lone surrogate becomes this character where text is written as UTF-8.
  await client.message.add.mutate({ ...hello, key: "\ufffd" });
  for (const key of ["\ud800", "\0"]) {
    const ref = `key:${key}`;
    const asked: Promise<unknown>[] = [
      client.message.update.mutate({ session_id: "s", key, content: "Changed" }),
      client.message.update.mutate({ session_id: "s", message_id: ref, content: "Changed" }),
      client.message.delete.mutate({ session_id: "s", key }),
      client.message.delete.mutate({ session_id: "s", message_id: ref }),
      client.message.list.query({ session_id: "s", before: ref }),
      client.message.list.query({ session_id: "s", after: ref }),
    ];
    for (const refused of asked) {
      await expect(refused).rejects.toMatchObject({ data: { code: "BAD_REQUEST", httpStatus: 400 } });
    }
  }
  for (const method of ["PATCH", "DELETE"]) {
    expect((await call(url, method, path("key:\0"), { content: "Changed" })).status).toBe(400);
  }
  const socket = new WebSocket(`${wsUrl}/ws/s?after=key:%00`);
  const [, answer] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
  expect(answer.statusCode).toBe(400);
  socket.on("error", () => undefined).terminate();
  expect((await readSession(url, "s")).messages).toMatchObject([{ content: "Hello" }]);
});

test("a change with if_seq is made only if the message has not changed since, and else is 409 [NAME-4]", async () => {
  const app = await startWithSession();
  const { url } = app;
  const client = createClient({ url });
  const { id, seq } = await client.message.add.mutate(hello);
  await rename(app, "Another change");
  const edited = await client.message.update.mutate({
    session_id: "s",
    message_id: id,
    content: "1",
    if_seq: seq,
  });
  expect(edited.seq).toBe(3);
  const late = await call(url, "PATCH", path(String(id)), { content: "2", if_seq: seq });
  const conflict = {
    code: "CONFLICT",
    message: "if_seq: the message's seq is 3, not 1: read it, and decide again.",
  };
  expect([late.status, await late.json()]).toEqual([409, conflict]);
  const deletion = await call(url, "DELETE", `${path(String(id))}?if_seq=${seq}`);
  expect([deletion.status, await deletion.json()]).toEqual([409, conflict]);
  for (const call409 of [
    client.message.update.mutate({ session_id: "s", message_id: id, content: "2", if_seq: seq }),
    client.message.delete.mutate({ session_id: "s", message_id: id, if_seq: seq }),
  ]) {
    await expect(call409).rejects.toMatchObject({ data: { code: "CONFLICT", httpStatus: 409 } });
  }
  // An edit whose answer was lost is repeated: what stands there already is no conflict.
  expect(
    await client.message.update.mutate({ session_id: "s", message_id: id, content: "1", if_seq: seq }),
  ).toEqual(edited);
  await client.message.delete.mutate({ session_id: "s", message_id: id, if_seq: 3 });
  expect((await readSession(url, "s")).messages).toEqual([]);
});

test("a repeated send is answered as the first was, with its first content and position, after an edit and a deletion [KEY-1]", async () => {
  const app = await startWithSession();
  const client = createClient({ url: app.url });
  const keyed = { ...hello, key: "k" };
  const first = await client.message.add.mutate(keyed);
  await edit(app, first.id, "Edited");
  expect(await client.message.add.mutate(keyed)).toEqual(first);
  await edit(app, first.id, "Edited again");
  expect(await client.message.add.mutate(keyed)).toEqual(first);
  await remove(app, first.id);
  expect(await client.message.add.mutate(keyed)).toEqual(first);
});

test("a repeated send of a message that an older version changed has a seq before that of the change [KEY-1]", async () => {
  const app = await startWithSession();
  const client = createClient({ url: app.url });
  const keyed = { ...hello, key: "k" };
  const first = await client.message.add.mutate(keyed);
  const forget = () => {
    const database = new Database(app.databaseFile);
    database.prepare("update message set sent_seq = null").run();
    database.close();
  };
  const edited = (await (await edit(app, first.id, "Edited")).json()) as Message;
  forget();
  const repeated = await client.message.add.mutate(keyed);
  expect(repeated.content).toBe("Hello");
  expect(repeated.seq).toBeLessThan(edited.seq);
  await remove(app, first.id);
  forget();
  expect((await client.message.add.mutate(keyed)).seq).toBeLessThan(edited.seq + 1);
});

test.each([
  ["PATCH", "", { content: "Hi" }],
  ["DELETE", "", undefined],
  ["POST", "/append", { offset: 0, text: "Hi" }],
  ["POST", "/finish", {}],
  ["POST", "/stop", {}],
  ["POST", "/claim", {}],
  ["PUT", "/stream", undefined],
] as const)(
  "%s of a message%s says whether the session or the message is missing",
  async (method, verb, body) => {
    const { url } = await startWithSession();
    const sentenceOf = async (session: string, ref: string): Promise<unknown> => {
      const answer = await fetch(`${url}/api/sessions/${session}/messages/${ref}${verb}`, {
        method,
        headers: { "content-type": method === "PUT" ? "text/plain" : "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      });
      return [answer.status, ((await answer.json()) as ErrorBody).message];
    };
    expect(await sentenceOf("nobody", "1")).toEqual([404, 'There is no session "nobody".']);
    expect(await sentenceOf("nobody", "key:k")).toEqual([404, 'There is no session "nobody".']);
    expect(await sentenceOf("s", "1")).toEqual([404, "There is no message 1 in this session."]);
    const missing = 'There is no message with the key "k" in this session.';
    expect(await sentenceOf("s", "key:k")).toEqual([404, missing]);
  },
);
