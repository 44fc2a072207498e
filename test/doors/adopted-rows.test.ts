import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import type { LiveEvent, Message } from "../../client-sdk/src/index.ts";
import { originalTables, writeFile } from "../db/database-file.ts";
import { openDoors } from "../support/doors.ts";
import { Collector, followWithClient, openChat, readSse } from "../support/readers.ts";
import { call, full, readSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import { createHttpClient, createSocketClient } from "../support/trpc-clients.ts";

const huge = 9007199254740989;
const ids = [-9007199254740991, -5, -1, 0, 1, huge];
const time = "2025-11-30T12:00:00Z";

/** The product on a file of the original backend. */
async function adopt(rows: string): Promise<RunningApp> {
  return startApp({ databaseFile: writeFile(`${originalTables} ${rows}`) });
}

/** A session `s` with these messages, each of which says its id. */
function adoptMessages(): Promise<RunningApp> {
  const values = ids.map((id) => `(${id}, 's', '${id}', 'user', '${time}')`).join(", ");
  return adopt(
    `insert into chatsession values ('s', 'S', '${time}'), ('other', 'O', '${time}'); insert into message values ${values};`,
  );
}

const idsOf = (messages: readonly { id: number }[]): number[] => messages.map(({ id }) => id);

async function idsByLinks(url: string, path: string): Promise<number[]> {
  const found: number[] = [];
  let at: URL | undefined = new URL(path, url);
  while (at !== undefined) {
    const answer = await fetch(at);
    expect(answer.status, at.href).toBe(200);
    found.push(...idsOf((await answer.json()) as Message[]));
    const next = /<([^>]*)>/.exec(answer.headers.get("link") ?? "")?.[1];
    at = next === undefined ? undefined : new URL(next, at);
  }
  return found;
}

test("messages with ids below 1 and with huge ones are read by every door [STORED-1]", async () => {
  const { url, wsUrl } = await adoptMessages();
  const list = (await (await fetch(`${url}/api/sessions`)).json()) as { messages: Message[] }[];
  expect(list.map(({ messages }) => idsOf(messages))).toEqual([[], ids]);
  expect(idsOf((await readSession(url, "s")).messages)).toEqual(ids);

  const { client: overSocket, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  for (const client of [createHttpClient(url), overSocket]) {
    expect(idsOf((await client.session.get.query({ session_id: "s" })).messages)).toEqual(ids);
    const sessions = await client.session.list.query({ messages: "all" });
    expect(sessions.items.map(({ messages = [] }) => idsOf(messages))).toEqual([[], ids]);
    for (const bounds of [{}, { after: 0 }, { before: huge + 1 }]) {
      const found: number[] = [];
      let cursor: string | null = null;
      do {
        const page: { items: Message[]; next_cursor: string | null } = await client.message.list.query({
          session_id: "s",
          limit: 1,
          cursor,
          ...bounds,
        });
        found.push(...idsOf(page.items));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(found, JSON.stringify(bounds)).toEqual("before" in bounds ? ids.toReversed() : ids);
    }
  }

  const { events } = await followWithClient(overSocket, { session_id: "s" });
  expect(events.items[0]).toMatchObject({
    type: "snapshot",
    session: { messages: ids.map((id) => ({ id })) },
  });
  for (const after of ["?after=0", ""]) {
    const answer = await fetch(`${url}/api/sessions/s/events${after}`);
    const polled = ((await answer.json()) as { events: LiveEvent[] }).events;
    const shown = polled.flatMap((event) =>
      event.type === "message" ? [event.message] : event.type === "snapshot" ? event.session.messages : [],
    );
    expect(idsOf(shown), after).toEqual(ids);
  }
});

test("a page goes from any id, and 0 is before the first [STORED-1]", async () => {
  const { url } = await adoptMessages();
  const path = "/api/sessions/s/messages";
  for (const limit of [1, 2, 50]) {
    expect(await idsByLinks(url, `${path}?limit=${limit}`)).toEqual(ids);
    expect(await idsByLinks(url, `${path}?after=0&limit=${limit}`)).toEqual(ids);
    expect(await idsByLinks(url, `${path}?after=-5&limit=${limit}`)).toEqual(ids.slice(2));
    expect(await idsByLinks(url, `${path}?after=-1&before=1&limit=${limit}`)).toEqual([0]);
  }
  expect(await idsByLinks(url, `${path}?before=0&limit=1`)).toEqual(ids.slice(0, 3).toReversed());
  expect(await idsByLinks(url, `${path}?before=-5&limit=1`)).toEqual(ids.slice(0, 1));
});

test("the plain WebSocket goes on after any id, and from the beginning after 0 or nothing [STORED-1]", async () => {
  const { url, wsUrl } = await adoptMessages();
  const sockets = await Promise.all(
    [
      ["", []],
      ["?after=", ids],
      ["?after=0", ids],
      ["?after=-9007199254740991", ids.slice(1)],
      ["?after=-5", ids.slice(2)],
      [`?after=${huge}`, []],
    ].map(async ([query, expected]) => ({
      query,
      expected,
      ...(await openChat(wsUrl, "s", query as string)),
    })),
  );
  const { id } = await send(url, "s", "next");
  for (const { query, expected, frames, socket } of sockets) {
    const got = await frames.until((items) => items.some(({ message }) => message?.id === id));
    expect(
      got.map(({ message }) => message?.id),
      query as string,
    ).toEqual([...(expected as number[]), id]);
    socket.close();
  }
});

test("each of them is edited and deleted by its id, and followers hear of it [STORED-1]", async () => {
  const { url, wsUrl } = await adoptMessages();
  const { client, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  const { events } = await followWithClient(client, { session_id: "s" });
  const listed = new Collector<unknown>();
  client.session.onListEvent.subscribe({}, { onData: ({ data }) => listed.add(data) });
  expect((await listed.count(1))[0]).toMatchObject({
    type: "snapshot",
    sessions: [{ last_message: { id: huge, excerpt: String(huge) } }, { last_message: null }],
  });
  for (const id of ids.toReversed()) {
    const path = `/api/sessions/s/messages/${id}`;
    const edited = await call(url, "PATCH", path, { content: "edited" });
    expect([edited.status, await edited.json()]).toMatchObject([200, { id, content: "edited" }]);
    const again = await client.message.update.mutate({ session_id: "s", message_id: id, content: "again" });
    expect(again.id).toBe(id);
    if (id === 0) await client.message.delete.mutate({ session_id: "s", message_id: id });
    else expect((await call(url, "DELETE", path)).status).toBe(204);
    expect((await call(url, "DELETE", path)).status).toBe(404);
    const heard = await events.until((items) =>
      items.some((event) => event.type === "message_deleted" && event.message_id === id),
    );
    expect(heard.filter((event) => event.type === "message" && event.message.id === id)).toHaveLength(2);
  }
  expect((await readSession(url, "s")).messages).toEqual([]);
});

test("a list shows a last message whose id is 0 or below [STORED-1]", async () => {
  const { url } = await adopt(`insert into chatsession values ('s', 'S', '${time}');
    insert into message values (-7, 's', 'below', 'user', '${time}');`);
  const stop = new AbortController();
  const answer = await fetch(`${url}/trpc/session.onListEvent`, {
    headers: { accept: "text/event-stream" },
    signal: stop.signal,
  });
  const got = new Collector<{ type?: string }>();
  void readSse(answer, (data) => got.add(data as { type?: string })).catch(() => undefined);
  const events = await got.until((items) => items.some(({ type }) => type === "snapshot"));
  expect(events.find(({ type }) => type === "snapshot")).toMatchObject({
    sessions: [{ id: "s", last_message: { id: -7, excerpt: "below" } }],
  });
  stop.abort();
  // New ids are above 0 whatever there is.
  expect((await send(url, "s", "new")).id).toBe(1);
});

test("when the largest id that JSON holds exactly is taken, a send is 409 on every door [STORED-5]", async () => {
  const app = await adopt(`insert into chatsession values ('s', 'S', '${time}');
    insert into message values (9007199254740991, 's', 'last', 'user', '${time}');`);
  for (const door of await openDoors(app)) {
    expect(await door.send("s", { content: "x", sender: "user" }), door.name).toMatchObject({
      error: { code: "CONFLICT", message: expect.stringContaining("no message ids left") as string },
    });
  }
  expect(idsOf((await readSession(app.url, "s")).messages)).toEqual([9007199254740991]);
});

const oddIds: [string, string, string][] = [
  ["200 characters", "x".repeat(200), `'${"x".repeat(200)}'`],
  ["4000 characters", "y".repeat(4000), `'${"y".repeat(4000)}'`],
  ["a newline", "a\nb", "'a' || char(10) || 'b'"],
  ["a tab", "\t", "char(9)"],
  ["a NUL", "a\0b", "'a' || char(0) || 'b'"],
  ["a C1 control character", "a\x85", "'a' || char(133)"],
  ["nothing", "", "''"],
  ["a dot", ".", "'.'"],
  ["two dots", "..", "'..'"],
];

test.each(oddIds)(
  "a session whose id has or is %s is listed, read, followed, renamed, written to and deleted [STORED-1]",
  async (_, id, literal) => {
    const app = await adopt(`insert into chatsession values (${literal}, 'Odd', '${time}');
      insert into message values (1, ${literal}, 'first', 'user', '${time}');`);
    const { url, wsUrl } = app;
    const list = (await (await fetch(`${url}/api/sessions`)).json()) as { id: string }[];
    expect(list.map((session) => session.id)).toEqual([id]);
    const { client, close } = createSocketClient(wsUrl);
    onTestFinished(close);
    const { events } = await followWithClient(client, { session_id: id });
    expect(events.items[0]).toMatchObject({ type: "snapshot", session: { id, messages: [{ id: 1 }] } });
    // Without a path that holds it there is tRPC alone.
    const isInPath = !/^[.]*$/.test(id);
    const doors = (await openDoors(app)).filter(({ name }) => isInPath || name.startsWith("tRPC"));
    for (const [index, door] of doors.entries()) {
      expect(await door.send(id, { content: "Hello", sender: "user" }), door.name).toMatchObject({
        message: { id: index + 2, session_id: id },
      });
    }
    expect((await client.message.list.query({ session_id: id })).items).toHaveLength(doors.length + 1);
    if (isInPath) {
      const path = `/api/sessions/${encodeURIComponent(id)}`;
      expect(await readSession(url, id)).toMatchObject({ id, title: "Odd" });
      expect(await idsByLinks(url, `${path}/messages?limit=2`)).toHaveLength(doors.length + 1);
      expect((await call(url, "PATCH", `${path}/messages/1`, { content: "edited" })).status).toBe(200);
      expect((await call(url, "DELETE", `${path}/messages/1`)).status).toBe(204);
      const { frames, socket } = await openChat(wsUrl, id, "?events=all");
      await frames.count(1);
      socket.close();
      expect((await call(url, "PATCH", path, { title: "New" })).status).toBe(200);
      expect((await call(url, "DELETE", path)).status).toBe(204);
      expect((await fetch(url + path)).status).toBe(400);
    } else {
      await client.message.delete.mutate({ session_id: id, message_id: 1 });
      await client.session.update.mutate({ session_id: id, title: "New" });
      await client.session.delete.mutate({ session_id: id });
    }
    const deleted = await events.until((items) => items.some(({ type }) => type === "session_deleted"));
    expect(deleted.map(({ type }) => type)).toContain("session");
    expect(await (await fetch(`${url}/api/sessions`)).json()).toEqual([]);
  },
);

test("text that no rule of input takes is shown as it is stored, on every door [STORED-3]", async () => {
  const title = "t".repeat(5000);
  const { url, wsUrl } = await adopt(`insert into chatsession values ('s', '${title}', 'soon'), ('t', '', '');
    insert into message values (1, 's', '', '', ''), (2, 's', 'a' || char(0) || 'b', 'system', 'yesterday'),
      (3, 's', cast(x'eda080' as text), 'user', 'x'), (4, 's', '${"y".repeat(199)}😀😀', 'tool', '1764504000');`);
  const session = await readSession(url, "s");
  expect(session).toMatchObject({
    title,
    created_at: "soon",
    messages: [
      { id: 1, content: "", sender: "", timestamp: "" },
      { id: 2, content: "a\0b", sender: "system", timestamp: "yesterday" },
      { id: 3, content: "\u{fffd}\u{fffd}\u{fffd}" },
      { id: 4, sender: "tool" },
    ],
  });
  const { client, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  const messages = session.messages.map((message, index) => full(message, index + 1));
  expect(await client.session.get.query({ session_id: "s" })).toEqual({ ...session, messages });
  expect((await client.message.list.query({ session_id: "s" })).items).toEqual(messages);
  const listedWhole = (await client.session.list.query({ messages: "all" })).items[1];
  expect(listedWhole).toMatchObject({ ...session, messages });
  const renamed = await call(url, "PATCH", "/api/sessions/s", { title: "New" });
  expect([renamed.status, await renamed.json()]).toEqual([200, { ...session, messages, title: "New" }]);
  const listed = new Collector<unknown>();
  client.session.onListEvent.subscribe({}, { onData: ({ data }) => listed.add(data) });
  const excerpt = `${"y".repeat(199)}😀`;
  expect((await listed.count(1))[0]).toMatchObject({ sessions: [{ last_message: { id: 4, excerpt } }, {}] });
  const { frames, socket } = await openChat(wsUrl, "s", "?after=");
  expect((await frames.count(4)).map(({ message }) => message?.content)).toEqual(
    session.messages.map(({ content }) => content),
  );
  socket.close();
});

test("bytes that another program put in the place of text are shown as text [STORED-3]", async () => {
  const { url, wsUrl, databaseFile } = await adopt(`insert into chatsession values ('s', 'S', '${time}');
    insert into message values (1, 's', 'one', 'user', '${time}'), (2, 's', 'two', 'user', '${time}');`);
  const other = new SqliteFile(databaseFile);
  other.exec(`update chatsession set title = x'54', created_at = x'736f6f6e';
    update message set content = x'c3a4ff', sender = x'75', timestamp = x'74', key = x'6b' where id = 2`);
  other.close();
  const session = { id: "s", title: "T", created_at: "soon" };
  const message = { id: 2, session_id: "s", content: "ä\u{fffd}", sender: "u", timestamp: "t", key: "k" };
  expect(await readSession(url, "s")).toMatchObject({ ...session, messages: [{ id: 1 }, message] });
  expect(await (await fetch(`${url}/api/sessions?messages=none`)).json()).toEqual([session]);
  const { client, close } = createSocketClient(wsUrl);
  onTestFinished(close);
  expect(await client.session.get.query({ session_id: "s" })).toMatchObject({ messages: [{}, message] });
  const { events } = await followWithClient(client, { session_id: "s" });
  expect(events.items[0]).toMatchObject({ session: { ...session, messages: [{}, message] } });
  const listed = new Collector<unknown>();
  client.session.onListEvent.subscribe({}, { onData: ({ data }) => listed.add(data) });
  expect((await listed.count(1))[0]).toMatchObject({
    sessions: [{ ...session, last_message: { id: 2, sender: "u", timestamp: "t", excerpt: "ä\u{fffd}" } }],
  });
  const renamed = await client.session.update.mutate({ session_id: "s", title: "New" });
  expect(renamed).toEqual({ id: "s", title: "New", created_at: "soon" });
  const edited = await client.message.update.mutate({ session_id: "s", message_id: 2, content: "edited" });
  expect(edited).toEqual({ ...message, content: "edited", seq: 4 });
});
