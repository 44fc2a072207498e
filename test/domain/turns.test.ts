import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import type { Services } from "../../server/domain/services.ts";
import { followMessages } from "../support/follow-messages.ts";
import { changesPerRead } from "../../server/live/change-log.ts";
import { readMessagePage } from "../../server/domain/list-messages.ts";
import { getSessionExtent } from "../../server/domain/get-session.ts";
import { readMessages } from "../../server/domain/read-messages.ts";
import { followList } from "../../server/domain/list-log.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { openServices } from "../support/services.ts";

const messageCount = 5 * changesPerRead;

async function openFilled(): Promise<Services> {
  const services = await openServices();
  await createSession(services, { id: "s" });
  const add = (_: unknown, index: number): Promise<unknown> =>
    addMessage(services, { session_id: "s", content: `${index}`, sender: "user" });
  await Promise.all(Array.from({ length: messageCount }, add));
  return services;
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
  const services = await openFilled();
  const { signal } = new AbortController();
  const follow = { sessionId: "s", signal };
  const readers = Array.from({ length: 10 }, () => followSession(services, { ...follow, after: "0" }));
  const [first = 0, ...others] = await countPerTurn(readers);
  // Each begins with a page, and one of them may go on before this test's own turn comes.
  expect(first).toBeLessThanOrEqual((readers.length + 1) * changesPerRead);
  // Readers with more to read go on one after the other, each with a page or with its last two.
  expect(Math.max(...others)).toBeLessThanOrEqual(2 * changesPerRead);
  const counts = await countPerTurn([followMessages(services, { ...follow, after: 0 })]);
  expect(Math.max(...counts)).toBeLessThanOrEqual(2 * changesPerRead);
});

const { signal } = new AbortController();

const small = { sessionId: "small", signal };

/** Reads of a session of a few short messages, and of the list. */
const smallReads: [
  string,
  (services: Services) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>,
][] = [
  ["its messages", async (services) => readMessages(services, await getSessionExtent(services, "small"))],
  ["a page of them", async (services) => (await readMessagePage(services, { session_id: "small" })).chunks],
  ["its events after a position", (services) => followSession(services, { ...small, after: "0" })],
  ["its snapshot", (services) => followSession(services, { ...small, after: undefined })],
  ["the messages after an id", (services) => followMessages(services, { ...small, after: 0 })],
  ["the list's last events", (services) => followList(services, { signal, after: "20" })],
  ["the list's snapshot", (services) => followList(services, { signal, after: undefined })],
];

test.each(smallReads)(
  "a small read waits for no large one: %s, while many read a large session [SLOW-3]",
  async (_what, read) => {
    const services = { ...(await openServices()), maxMessageChars: 100_000 };
    await createSession(services, { id: "large" });
    const content = "x".repeat(services.maxMessageChars);
    await Promise.all(
      Array.from({ length: 20 }, () =>
        addMessage(services, { session_id: "large", content, sender: "user" }),
      ),
    );
    await createSession(services, { id: "small" });
    await addMessage(services, { session_id: "small", content: "Hello", sender: "user" });
    let begun = 0;
    const large = Array.from({ length: 50 }, async () => {
      const extent = await getSessionExtent(services, "large");
      for await (const _ of readMessages(services, extent)) begun += 1;
    });
    await nextTurn();
    const before = begun;
    const stream = (await read(services))[Symbol.asyncIterator]();
    await stream.next();
    const meanwhile = begun - before;
    await stream.return?.();
    await Promise.all(large);
    expect(meanwhile).toBeLessThan(5);
  },
);
