import { describe, expect, test } from "vitest";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { openReply } from "../support/replies.ts";
import { readSession, send } from "../support/rest.ts";
import { first, follow, startWithSession } from "./followed-session.ts";
import type { Following, Seen } from "./live-door.ts";
import { liveDoors } from "./live-doors.ts";
import { apply, changesOf, expectUnbroken, viewOf } from "./stream-rules.ts";

const words = Array.from({ length: 60 }, (_, index) => `word${index} `);

function deltasOf(seen: readonly Seen[]): (LiveEvent & { type: "message_delta" })[] {
  return seen.flatMap(({ event }) => (event.type === "message_delta" ? [event] : []));
}

/** The events of a reader up to the end of a reply. */
function untilItEnds({ events }: Following): Promise<Seen[]> {
  return events.until((items) =>
    items.some(({ event }) => event.type === "message" && event.message.status === undefined),
  );
}

describe.each(liveDoors)("over $name", (door) => {
  test("a reply grows by deltas that go on from each other, and ends with the whole message [REPLY-2]", async () => {
    const app = await startWithSession();
    const reader = follow(door, app);
    await first(door, reader, 1);
    const reply = await openReply(app.url);
    for (const word of words) await reply.append(word);
    await reply.finish();
    const seen = await untilItEnds(reader);
    expectUnbroken(seen);
    const deltas = deltasOf(seen);
    let length = 0;
    for (const { offset, text } of deltas) {
      expect(offset).toBe(length);
      length += text.length;
    }
    // Between two polls the end takes the place of the last deltas.
    const told = deltas.map(({ text }) => text).join("");
    if (door.tellsCaughtUp) expect(told).toBe(words.join(""));
    else expect(words.join("").startsWith(told)).toBe(true);
    // They are gathered.
    expect(deltas.length).toBeLessThan(words.length);
    expect(apply(seen)).toEqual(viewOf(await readSession(app.url, "s")));
    expect(seen.at(-1)?.event).toMatchObject({ message: { content: words.join(""), key: "r" } });
  });

  test("readers that attach while it grows have the text so far, and then what comes [REPLY-3] [ATTACH-1]", async () => {
    const app = await startWithSession();
    const reply = await openReply(app.url);
    const readers: Following[] = [];
    for (const [index, word] of words.entries()) {
      if (index % 6 === 0) readers.push(follow(door, app));
      await reply.append(word);
    }
    await reply.finish();
    const whole = viewOf(await readSession(app.url, "s"));
    for (const reader of readers) {
      const seen = await untilItEnds(reader);
      expectUnbroken(seen);
      // Before its end too, each piece has come once.
      const grown = apply(seen.slice(0, -1)).messages[0]?.content;
      expect(words.join("")).toContain(grown);
      for (const [index, { event }] of seen.entries()) {
        if (event.type !== "message_delta") continue;
        expect(event.offset).toBe(apply(seen.slice(0, index)).messages[0]?.content.length);
      }
      expect(apply(seen)).toEqual(whole);
    }
  });

  test("a reader that comes back gets what it lacks, by where it left [REPLY-3] [RESUME-1]", async () => {
    const app = await startWithSession();
    const opened = await openReply(app.url);
    const early = `${(await opened.append("one ")).seq}`;
    for (const word of ["two ", "three "]) await opened.append(word);
    await send(app.url, "s", "meanwhile");
    await opened.append("four");
    // From before the opening it gets the message, from the middle the missing text, each at its place.
    const fromStart = await first(door, follow(door, app, "0"), 3);
    const rest = [
      { type: "message", seq: 5, message: { content: "meanwhile" } },
      { type: "message_delta", seq: 6, message_id: 1, offset: 14, text: "four" },
    ];
    expect(changesOf(fromStart).map(({ event }) => event)).toMatchObject([
      { type: "message", seq: 4, message: { content: "one two three ", status: "streaming", seq: 4 } },
      ...rest,
    ]);
    const fromMiddle = await first(door, follow(door, app, early), 3);
    expect(changesOf(fromMiddle).map(({ event }) => event)).toMatchObject([
      { type: "message_delta", seq: 4, message_id: 1, offset: 4, text: "two three " },
      ...rest,
    ]);
    // It may be cut off after any of them.
    const fromBetween = await first(door, follow(door, app, "5"), 1);
    expect(changesOf(fromBetween).map(({ event }) => event)).toMatchObject(rest.slice(1));
    await opened.finish();
    for (const after of ["0", early, "5"]) {
      const ended = changesOf(await first(door, follow(door, app, after), after === "5" ? 1 : 2));
      expect(ended.at(-1)?.event).toMatchObject({ type: "message", seq: 7 });
      expect(deltasOf(ended)).toEqual([]);
    }
  });
});

test("chunks come with the deltas, stand in snapshots, and go with the end [REPLY-2]", async () => {
  const app = await startWithSession();
  const [door] = liveDoors;
  if (!door) throw new Error("There is no door.");
  const reply = await openReply(app.url);
  await reply.append("", { chunks: [{ part: 1 }, "two"], chunk_offset: 0 });
  const reader = follow(door, app);
  const [snapshot] = await reader.events.count(1);
  expect(snapshot?.event).toMatchObject({ session: { messages: [{ chunks: [{ part: 1 }, "two"] }] } });
  await reply.append("x", { chunks: [3], chunk_offset: 2 });
  await reply.finish({ parts: [{ type: "text", text: "x" }] });
  const seen = await untilItEnds(reader);
  expect(deltasOf(seen)).toMatchObject([{ offset: 0, text: "x", chunks: [3], chunk_offset: 2 }]);
  const last = seen.at(-1)?.event;
  expect(last).toMatchObject({ message: { content: "x", parts: [{ type: "text", text: "x" }] } });
  expect(last?.type === "message" && "chunks" in last.message).toBe(false);
});

test("two replies of a session at the same time lose no text to each other [REPLY-2]", async () => {
  const app = await startWithSession();
  const [door] = liveDoors;
  if (!door) throw new Error("There is no door.");
  const reader = follow(door, app);
  await first(door, reader, 1);
  const replies = [await openReply(app.url, "a"), await openReply(app.url, "b")];
  const both = replies.map(async (reply) => {
    for (const word of words) await reply.append(word);
    await reply.finish();
  });
  await Promise.all(both);
  const seen = await reader.events.until(
    (items) =>
      items.filter(({ event }) => event.type === "message" && event.message.status === undefined).length ===
      2,
  );
  expectUnbroken(seen);
  for (const [index, { event }] of seen.entries()) {
    if (event.type !== "message_delta") continue;
    const before = apply(seen.slice(0, index)).messages.find(({ id }) => id === event.message_id);
    expect(event.offset).toBe(before?.content.length);
  }
  expect(apply(seen).messages.map(({ content }) => content)).toEqual([words.join(""), words.join("")]);
});
