import { expect, onTestFinished } from "vitest";
import type { Message, Session } from "../../client-sdk/src/index.ts";
import type { Address } from "../doors/live-door.ts";
import { liveDoors } from "../doors/live-doors.ts";
import { changesOf, expectUnbroken, seenUpTo } from "../doors/stream-rules.ts";
import { openDoors } from "../support/doors.ts";
import { createSession, readSession, send } from "../support/rest.ts";

/** Writes by every door, and expects each message at every live door before the next is written. */
export async function expectConversation(address: Address): Promise<void> {
  const id = "a session / with ö and 🙂 in its id";
  await createSession(address.url, { id });
  const readers = liveDoors.map((door) => door.follow(address, { session_id: id }));
  onTestFinished(() => readers.forEach((reader) => reader.stop()));
  await Promise.all(readers.map(({ events }) => events.count(1)));
  const ways = await openDoors(address);
  for (const [index, way] of ways.entries()) {
    const sent = await way.send(id, { content: `from ${way.name} 🙂`, sender: "user" }, `key ${index}`);
    expect(sent, way.name).toMatchObject({ message: { content: `from ${way.name} 🙂` } });
    // A front that buffered would tell of it later, or never.
    await Promise.all(readers.map((reader) => seenUpTo(reader, index + 1)));
  }
  for (const reader of readers) expectUnbroken(changesOf(reader.events.items));
  const { messages } = await readSession(address.url, id);
  expect(messages.map(({ content }) => content)).toEqual(ways.map(({ name }) => `from ${name} 🙂`));
}

/** Reads lists page by page, an address with a trailing slash and the docs pages, all with compression. */
export async function expectPages({ url }: Address): Promise<void> {
  await createSession(url, { id: "s" });
  for (const content of ["one", "two", "x".repeat(50_000)]) await send(url, "s", content);
  const first = await fetch(`${url}/api/sessions/s/messages?limit=2`);
  const [, link = ""] = /^<([^>]*)>/.exec(first.headers.get("link") ?? "") ?? [];
  const second = await fetch(new URL(link, first.url));
  expect(((await second.json()) as Message[]).map(({ content }) => content.length)).toEqual([50_000]);
  const sessions = (await (await fetch(`${url}/api/sessions/`)).json()) as Session[];
  expect(sessions[0]).toMatchObject({ id: "s", messages: [{}, {}, {}] });
  for (const page of ["/docs", "/redoc"]) expect(await (await fetch(url + page)).text()).toContain("<html");
}

/**
 * Reads both kinds of event stream as browsers do, which take compression, until each has had `beats` signs of life with
 * nothing else to tell.
 */
export async function expectLivingStreams({ url }: Address, { beats }: { beats: number }): Promise<void> {
  await createSession(url, { id: "quiet" });
  // A front that compresses may let a short answer be.
  for (let count = 0; count < 6; count += 1) await send(url, "quiet", "x".repeat(500));
  const input = encodeURIComponent(JSON.stringify({ session_id: "quiet" }));
  const hasEnough = (text: string): boolean =>
    text.includes('"type":"caught_up"') && text.split(/^:$|^event: ping$/m).length > beats;
  await Promise.all([
    readStream(`${url}/api/sessions/quiet/events/stream`, hasEnough),
    readStream(`${url}/trpc/session.onEvent?input=${input}`, hasEnough),
  ]);
}

async function readStream(address: string, isEnough: (text: string) => boolean): Promise<void> {
  const stop = new AbortController();
  const answer = await fetch(address, { headers: { accept: "text/event-stream" }, signal: stop.signal });
  expect(answer.status).toBe(200);
  let text = "";
  for await (const chunk of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (isEnough(text)) break;
  }
  stop.abort();
  expect(isEnough(text), text).toBe(true);
}
