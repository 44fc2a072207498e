import { expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import type { Services } from "../../server/domain/services.ts";
import { followList } from "../../server/domain/list-log.ts";
import { SessionLog } from "../../server/domain/session-log.ts";
import { deleteMessage } from "../../server/domain/delete-message.ts";
import { readMessagePage } from "../../server/domain/list-messages.ts";
import { openServices } from "../support/services.ts";

async function openDeskWith(contents: string[]): Promise<Services> {
  const services = { ...(await openServices()), maxMessageChars: 10_000_000 };
  await createSession(services, { id: "s" });
  await Promise.all(
    contents.map((content) => addMessage(services, { session_id: "s", content, sender: "user" })),
  );
  return services;
}

async function readSnapshot(
  services: Services,
): Promise<{ contents: string[]; has_earlier: boolean; bytes: number }> {
  const snapshot = await new SessionLog(services, "s").readSnapshot();
  if (!snapshot) throw new Error("There is no session.");
  const { session, has_earlier } = snapshot;
  const contents = session.messages.map(({ content }) => content.slice(0, 3));
  return { contents, has_earlier, bytes: Buffer.byteLength(JSON.stringify(snapshot)) };
}

const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index).padStart(3, "0"));

const maxBytes = 512 * 1024;

test.each([
  ["plain text", "x".repeat(10_000), 51],
  ["quotes", '"'.repeat(10_000), 26],
  ["control characters", "\u0001".repeat(10_000), 8],
  ["emoji", "🙂".repeat(5000), 26],
])("a snapshot of %s is as long as 512 KiB of JSON allow [ATTACH-1]", async (_name, text, count) => {
  const services = await openDeskWith(names(0, 60).map((name) => name + text));
  const { contents, has_earlier, bytes } = await readSnapshot(services);
  expect(contents).toEqual(names(60 - count, 60));
  expect(has_earlier).toBe(true);
  expect(bytes).toBeLessThanOrEqual(maxBytes);
  expect(bytes).toBeGreaterThan(maxBytes * 0.85);
});

test("a snapshot holds the latest message however large it is, and none before it then [ATTACH-1]", async () => {
  const services = await openDeskWith(["000", `001${"\u0001".repeat(1_000_000)}`]);
  expect(await readSnapshot(services)).toMatchObject({ contents: ["001"], has_earlier: true });
});

test("a snapshot that is all there is says so [ATTACH-1]", async () => {
  expect(await readSnapshot(await openDeskWith([]))).toMatchObject({ contents: [], has_earlier: false });
  const full = await openDeskWith(names(0, 100));
  expect(await readSnapshot(full)).toMatchObject({ contents: names(0, 100), has_earlier: false });
  await addMessage(full, { session_id: "s", content: "100", sender: "user" });
  expect(await readSnapshot(full)).toMatchObject({ contents: names(1, 101), has_earlier: true });
  const { chunks } = await readMessagePage(full, { session_id: "s", before: 2 });
  const [first] = (await Array.fromAsync(chunks)).flat();
  await deleteMessage(full, { session_id: "s", message_id: Number(first?.id) });
  expect(await readSnapshot(full)).toMatchObject({ contents: names(1, 101), has_earlier: false });
});

test("a snapshot of the list is at most 512 KiB of JSON, and says where the list goes on [LIST-2]", async () => {
  const services = await openServices();
  for (let index = 0; index < 100; index += 1) {
    await createSession(services, { id: `${index}`, title: "\u0001".repeat(1000) });
  }
  for await (const { event } of followList(services, {
    after: undefined,
    signal: new AbortController().signal,
  })) {
    if (event.type !== "snapshot") throw new Error("No snapshot came first.");
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(maxBytes);
    expect(event.sessions.map(({ id }) => id)).toEqual(
      names(100 - event.sessions.length, 100)
        .map(Number)
        .toReversed()
        .map(String),
    );
    expect(event.sessions.length).toBeGreaterThan(80);
    const last = 101 - event.sessions.length;
    expect(event.next_cursor).toBe(`${last}-${last}`);
    break;
  }
});
