import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import type { Message, Session } from "../../client-sdk/src/index.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

/** Follows the `Link` header to the last page. */
async function readPages<Item>(address: string): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let next: string | undefined = address; next !== undefined;) {
    const response = await fetch(next);
    expect(response.status).toBe(200);
    pages.push((await response.json()) as Item[]);
    const [, link] = /^<([^>]+)>; rel="next"$/.exec(response.headers.get("link") ?? "") ?? [];
    next = link === undefined ? undefined : new URL(link, next).href;
  }
  return pages;
}

const numbers = Array.from({ length: 7 }, (_, index) => index + 1);

test("the pages of the sessions are all of them, newest first, and the last has no next", async () => {
  const { url } = await startApp();
  for (const number of numbers) await createSession(url, { id: `s${number}` });
  const pages = await readPages<Session>(`${url}/api/sessions?limit=3`);
  expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
    ["s7", "s6", "s5"],
    ["s4", "s3", "s2"],
    ["s1"],
  ]);
  expect((await readPages<Session>(`${url}/api/sessions?limit=7`)).length).toBe(1);
  expect((await readPages<Session>(`${url}/api/sessions`)).flat()).toEqual(pages.flat());
});

test("a page keeps what the request asked for", async () => {
  const { url } = await startApp();
  for (const number of numbers) await createSession(url, { id: `s${number}` });
  const pages = await readPages<Session>(`${url}/api/sessions?messages=none&limit=4`);
  expect(pages.flat()).toHaveLength(7);
  for (const session of pages.flat()) expect(Object.keys(session)).toEqual(["id", "title", "created_at"]);
});

test("sessions made while the pages are read are not in them, and nothing is left out or doubled", async () => {
  const { url } = await startApp();
  for (const number of numbers) await createSession(url, { id: `s${number}` });
  const first = await fetch(`${url}/api/sessions?limit=3`);
  await createSession(url, { id: "late" });
  await call(url, "DELETE", "/api/sessions/s5");
  const [, link = ""] = /<([^>]+)>/.exec(first.headers.get("link") ?? "") ?? [];
  const rest = await readPages<Session>(new URL(link, first.url).href);
  expect(rest.flat().map(({ id }) => id)).toEqual(["s4", "s3", "s2", "s1"]);
});

test.each([
  ["", [[1, 2, 3], [4, 5, 6], [7]]],
  ["&after=0", [[1, 2, 3], [4, 5, 6], [7]]],
  ["&after=5", [[6, 7]]],
  ["&after=7", [[]]],
  [
    "&before=6",
    [
      [3, 4, 5],
      [1, 2],
    ],
  ],
  ["&before=1", [[]]],
  [
    "&after=1&before=7",
    [
      [2, 3, 4],
      [5, 6],
    ],
  ],
])("the pages of the messages with limit=3%s are %j", async (query, expected) => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  for (const number of numbers) await send(url, "s", `message ${number}`);
  const pages = await readPages<Message>(`${url}/api/sessions/s/messages?limit=3${query}`);
  expect(pages.map((page) => page.map(({ id }) => id))).toEqual(expected);
});

test("a large GET /api/sessions is whole, and others are answered before a slow client has read it", async () => {
  const { url } = await startApp();
  const content = "x".repeat(50_000);
  for (const id of ["a", "b", "c", "d"]) {
    await createSession(url, { id });
    await Promise.all(numbers.concat(numbers, numbers, numbers).map(() => send(url, id, content)));
  }
  const { hostname, port } = new URL(url);
  const slow = connect(Number(port), hostname);
  await once(slow, "connect");
  slow.write("GET /api/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  await once(slow, "readable");
  // It has begun and cannot end: nobody takes its 5 MB, which no socket buffer holds.
  for (const path of ["/", "/api/sessions/a", "/api/sessions?messages=none"]) {
    expect((await fetch(url + path)).status).toBe(200);
  }
  await send(url, "d", "meanwhile");
  expect(slow.readableEnded).toBe(false);
  const chunks: Buffer[] = [];
  for await (const chunk of slow) chunks.push(chunk as Buffer);
  const sizes = Buffer.concat(chunks).length;
  expect(sizes).toBeGreaterThan(5_000_000);

  const all = (await (await fetch(`${url}/api/sessions`)).json()) as Session[];
  for (const session of all) expect(await readSession(url, session.id)).toEqual(session);
  expect(all.map(({ messages }) => messages.length)).toEqual([29, 28, 28, 28]);
});
