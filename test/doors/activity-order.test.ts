import { expect, test } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { listDoors } from "./list-doors.ts";
import { apply, isCaughtUp } from "./sidebar.ts";

type Listed = {
  id: string;
  activity_seq?: number;
  last_message?: { excerpt: string } | null;
  messages?: unknown[];
};

test("by activity the sessions go by their last added messages; renames, edits and deletions leave the order [LIST-4]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  for (const id of ["a", "b", "c"]) await createSession(url, { id });
  const order = async (): Promise<(string | number)[][]> =>
    (await client.session.list.query({ order: "activity" })).items.map(({ id, activity_seq }) => [
      id,
      activity_seq,
    ]);
  expect(await order()).toEqual([
    ["c", 3],
    ["b", 2],
    ["a", 1],
  ]);
  const first = await send(url, "a", "one");
  const second = await send(url, "b", "two");
  expect(await order()).toEqual([
    ["b", 5],
    ["a", 4],
    ["c", 3],
  ]);
  await call(url, "PATCH", "/api/sessions/c", { title: "Renamed" });
  await call(url, "PATCH", `/api/sessions/a/messages/${first.id}`, { content: "edited" });
  await call(url, "DELETE", `/api/sessions/b/messages/${second.id}`);
  await call(url, "DELETE", "/api/sessions/c");
  expect(await order()).toEqual([
    ["b", 5],
    ["a", 4],
  ]);
  // A repeat of a send adds nothing.
  await client.message.add.mutate({ session_id: "a", content: "keyed", sender: "user", key: "k" });
  await send(url, "b", "three");
  await client.message.add.mutate({ session_id: "a", content: "keyed", sender: "user", key: "k" });
  expect(await order()).toEqual([
    ["b", 11],
    ["a", 10],
  ]);
  await createSession(url, { id: "c" });
  expect((await order())[0]).toEqual(["c", 12]);
});

test("a sidebar that follows the list has the order of session.list and of its own reload, at every door [LIST-2] [LIST-4]", async () => {
  const app = await startApp();
  const client = createClient({ url: app.url });
  const readers = listDoors.map((door) => door.follow(app));
  await Promise.all(readers.map(({ events }) => events.until(isCaughtUp)));
  for (const id of ["a", "b", "c", "d"]) await createSession(app.url, { id });
  for (const id of ["b", "d", "a", "b"]) await send(app.url, id, `to ${id}`);
  await call(app.url, "PATCH", "/api/sessions/c", { title: "Renamed" });
  const { items } = await client.session.list.query({ order: "activity" });
  expect(items.map(({ id }) => id)).toEqual(["b", "a", "d", "c"]);
  for (const [index, reader] of readers.entries()) {
    const seen = await reader.events.until((all) => all.some(({ event }) => event.seq === 9));
    const shown = [...apply(seen).values()].toSorted((a, b) => b.activity_seq - a.activity_seq);
    expect(shown, listDoors[index]?.name).toEqual(items);
    reader.stop();
    const again = listDoors[index]?.follow(app);
    const [beginning] = (await again?.events.count(1)) ?? [];
    expect(beginning?.event).toMatchObject({ type: "snapshot", sessions: items });
    again?.stop();
  }
});

test("pages by activity have each session once, and a cursor is one of its own order [LIST-4]", async () => {
  const { url } = await startApp();
  const client = createClient({ url });
  for (let index = 0; index < 7; index += 1) await createSession(url, { id: `s${index}` });
  for (const index of [3, 0, 5]) await send(url, `s${index}`, "Hello");
  const expected = ["s5", "s0", "s3", "s6", "s4", "s2", "s1"];
  const paged: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await client.session.list.query({ order: "activity", limit: 3, ...(cursor && { cursor }) });
    paged.push(...page.items.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  expect(paged).toEqual(expected);

  const overRest: string[] = [];
  let address: string | undefined = `${url}/api/sessions?order=activity&messages=none&limit=3`;
  while (address !== undefined) {
    const answer: Response = await fetch(address);
    const items = (await answer.json()) as Listed[];
    for (const { id, activity_seq, last_message, messages } of items) {
      overRest.push(id);
      expect([typeof activity_seq, last_message?.excerpt, messages]).toEqual([
        "number",
        ["s3", "s0", "s5"].includes(id) ? "Hello" : undefined,
        undefined,
      ]);
    }
    const link: string | undefined = /^<([^>]*)>/.exec(answer.headers.get("link") ?? "")?.[1];
    address = link === undefined ? undefined : new URL(link, address).href;
  }
  expect(overRest).toEqual(expected);

  for (const [query, order] of [
    ["cursor=4", "activity"],
    ["cursor=5-4", "newest"],
  ] as const) {
    const answer = await call(url, "GET", `/api/sessions?${query}&order=${order}`);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { message: "cursor: is not a cursor of this list: take it from the answer before" },
    ]);
  }
});

test("the documented list has the documented fields, and by activity its sessions have their messages too", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "a" });
  await send(url, "a", "Hello");
  const read = async (query: string): Promise<Listed | undefined> =>
    ((await (await call(url, "GET", `/api/sessions${query}`)).json()) as Listed[])[0];
  expect(Object.keys((await read("")) ?? {})).toEqual(["id", "title", "created_at", "messages"]);
  expect(Object.keys((await read("?messages=none")) ?? {})).toEqual(["id", "title", "created_at"]);
  const active = await read("?order=activity");
  expect(Object.keys(active ?? {})).toEqual([
    "id",
    "title",
    "created_at",
    "activity_seq",
    "last_message",
    "messages",
  ]);
  expect(active?.messages).toHaveLength(1);
});
