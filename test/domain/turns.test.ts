import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import type { Desk } from "../../server/domain/desk.ts";
import { followMessages } from "../support/follow-messages.ts";
import { changesPerRead } from "../../server/domain/log.ts";
import { readMessagePage } from "../../server/domain/list-messages.ts";
import { getSessionExtent } from "../../server/domain/get-session.ts";
import { readMessages } from "../../server/domain/read-messages.ts";
import { followList } from "../../server/domain/list-log.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { openDesk } from "../support/desk.ts";

const messageCount = 5 * changesPerRead;

async function openDeskWithMessages(): Promise<Desk> {
  const desk = await openDesk();
  await createSession(desk, { id: "s" });
  const add = (_: unknown, index: number): Promise<unknown> =>
    addMessage(desk, { session_id: "s", content: `${index}`, sender: "user" });
  await Promise.all(Array.from({ length: messageCount }, add));
  return desk;
}

/** How many things all of the streams together gave in each turn of the event loop, until each gave `messageCount`. */
async function countPerTurn(streams: AsyncIterable<unknown>[]): Promise<number[]> {
  const counts = [0];
  const stop = new AbortController();
  const done = Promise.all(streams.map(take)).finally(() => stop.abort());
  while (!stop.signal.aborted) {
    await nextTurn();
    counts.push(0);
  }
  await done;
  return counts;

  async function take(stream: AsyncIterable<unknown>): Promise<void> {
    let taken = 0;
    for await (const _ of stream) {
      counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
      taken += 1;
      if (taken === messageCount) return;
    }
  }
}

test("others have their turn after each page that a reader catches up with, however fast it reads [SLOW-3]", async () => {
  const desk = await openDeskWithMessages();
  const { signal } = new AbortController();
  const follow = { sessionId: "s", signal };
  const readers = Array.from({ length: 10 }, () => followSession(desk, { ...follow, after: "0" }));
  const [first = 0, ...others] = await countPerTurn(readers);
  // Each begins with a page, and one of them may go on before this test's own turn comes.
  expect(first).toBeLessThanOrEqual((readers.length + 1) * changesPerRead);
  // Readers with more to read go on one after the other, each with a page or with its last two.
  expect(Math.max(...others)).toBeLessThanOrEqual(2 * changesPerRead);
  const counts = await countPerTurn([followMessages(desk, { ...follow, afterId: 0 })]);
  expect(Math.max(...counts)).toBeLessThanOrEqual(2 * changesPerRead);
});

const { signal } = new AbortController();

const small = { sessionId: "small", signal };

/** Reads of a session of a few short messages, and of the list. */
const smallReads: [string, (desk: Desk) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>][] = [
  ["its messages", async (desk) => readMessages(desk, await getSessionExtent(desk, "small"))],
  ["a page of them", async (desk) => (await readMessagePage(desk, { session_id: "small" })).chunks],
  ["its events after a position", (desk) => followSession(desk, { ...small, after: "0" })],
  ["its snapshot", (desk) => followSession(desk, { ...small, after: undefined })],
  ["the messages after an id", (desk) => followMessages(desk, { ...small, afterId: 0 })],
  ["the list's last events", (desk) => followList(desk, { signal, after: "20" })],
  ["the list's snapshot", (desk) => followList(desk, { signal, after: undefined })],
];

test.each(smallReads)(
  "a small read waits for no large one: %s, while many read a large session [SLOW-3]",
  async (_what, read) => {
    const desk = { ...(await openDesk()), maxMessageChars: 100_000 };
    await createSession(desk, { id: "large" });
    const content = "x".repeat(desk.maxMessageChars);
    await Promise.all(
      Array.from({ length: 20 }, () => addMessage(desk, { session_id: "large", content, sender: "user" })),
    );
    await createSession(desk, { id: "small" });
    await addMessage(desk, { session_id: "small", content: "Hello", sender: "user" });
    let begun = 0;
    const large = Array.from({ length: 50 }, async () => {
      const extent = await getSessionExtent(desk, "large");
      for await (const _ of readMessages(desk, extent)) begun += 1;
    });
    await nextTurn();
    const before = begun;
    const stream = (await read(desk))[Symbol.asyncIterator]();
    await stream.next();
    const meanwhile = begun - before;
    await stream.return?.();
    await Promise.all(large);
    expect(meanwhile).toBeLessThan(5);
  },
);
