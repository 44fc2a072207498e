import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { startFaultyProxy } from "../support/faulty-proxy.ts";
import { send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { edit, follow, remove, startWithSession } from "./followed-session.ts";
import type { Following, LiveDoor } from "./live-door.ts";
import { connections, large, messageDoors, messagesOf, untilShown } from "./message-doors.ts";
import { messagesDoor } from "./socket-doors.ts";
import { changesOf, expectUnbroken } from "./stream-rules.ts";

/** More than the operating system holds for a connection, so that the rest is the server's to hold. */
const backlog = { messages: 12, chars: 1_000_000 };

function start(options: Parameters<typeof startWithSession>[0] = {}): Promise<RunningApp> {
  return startWithSession({ maxMessageChars: backlog.chars, ...options });
}

/** One reader after each of these positions, which all have the first message, and read. */
async function startReaders(
  door: LiveDoor,
  app: RunningApp,
  positions: (string | undefined)[],
): Promise<Following[]> {
  const readers = positions.map((after) => follow(door, app, after));
  await expect.poll(() => app.app.counts().followers).toBe(readers.length);
  await send(app.url, "s", "the first");
  await Promise.all(readers.map((reader) => untilShown(reader, "the first")));
  return readers;
}

/** @returns the id of its last message */
async function writeBacklog({ url }: RunningApp): Promise<number> {
  let last = 0;
  for (let index = 0; index < backlog.messages; index += 1) {
    last = (await send(url, "s", "x".repeat(backlog.chars))).id;
  }
  return last;
}

/** Short enough to be read where it differs. */
function shorten(content: string): string | number {
  return content.length > 100 ? content.length : content;
}

/** The rules of a stream, where the door has them: messages alone have no `prev`. */
function expectRules(door: LiveDoor, seen: Following["events"]["items"]): void {
  if (door !== messagesDoor) expectUnbroken(seen);
}

describe.each(messageDoors)("over $name", (door) => {
  test("a reader that hangs delays nobody, is not fed from memory, and then gets all from the log as it is then [SLOW-1] [SLOW-3]", async () => {
    const app = await start();
    const readers = await startReaders(door, app, [undefined, undefined, "0"]);
    const [other, ...slow] = readers as [Following, ...Following[]];
    for (const reader of slow) reader.pause();
    const last = await writeBacklog(app);
    await other.events.until(() => messagesOf(other).length > backlog.messages);
    for (const reader of slow) expect(messagesOf(reader).length).toBeLessThan(backlog.messages);
    await edit(app, last, "edited");
    await remove(app, last - 1);
    await send(app.url, "s", "the last");
    await untilShown(other, "the last");
    for (const reader of slow) {
      reader.resume();
      await untilShown(reader, "the last");
      // The edited and the deleted message come in their latest forms alone: they were not waiting in memory.
      expect(messagesOf(reader).map(({ id, content }) => [id, shorten(content)])).toEqual([
        [1, "the first"],
        ...Array.from({ length: backlog.messages - 2 }, (_, index) => [index + 2, backlog.chars]),
        [last, "edited"],
        [last + 1, "the last"],
      ]);
      expectRules(door, reader.events.items);
      const deleted = changesOf(reader.events.items).filter(({ event }) => event.type === "message_deleted");
      expect(deleted.map(({ event }) => event)).toMatchObject(
        door === messagesDoor ? [] : [{ message_id: last - 1 }],
      );
    }
    for (const reader of readers) reader.stop();
    await expect.poll(() => app.app.counts().followers).toBe(0);
  });

  test("slow readers that go away leave nothing behind, whether they fell behind or were catching up [ALIVE-2]", async () => {
    const app = await start();
    const behind = await startReaders(door, app, [undefined, undefined]);
    for (const reader of behind) reader.pause();
    await writeBacklog(app);
    const catchingUp = [follow(door, app, "0"), follow(door, app, "0")];
    for (const reader of catchingUp) {
      await reader.events.count(1);
      reader.pause();
    }
    // Its answer is a sign that the rest is queued.
    await send(app.url, "s", "the last");
    for (const [cut, stopped] of [behind, catchingUp]) {
      cut?.cut();
      stopped?.stop();
      // A WebSocket that is not read does not hear of its own end.
      stopped?.resume();
    }
    await expect.poll(() => app.app.counts()).toEqual({ trpcSockets: 0, chatSockets: 0, followers: 0 });
  });
});

test.each(connections)(
  "a reader over $name that takes nothing at all for too long is closed by name, and comes back to all it has missed [SLOW-2]",
  async (door) => {
    const app = await start({ timeouts: { stallTimeoutMs: 200 } });
    const [slow] = (await startReaders(door, app, [undefined])) as [Following];
    slow.pause();
    // oxlint-disable-next-line typescript/unbound-method -- It is applied to the socket below.
    const close = WebSocket.prototype.close;
    const closing = vi.spyOn(WebSocket.prototype, "close").mockImplementation(function (
      this: WebSocket,
      ...why
    ) {
      close.apply(this, why);
      // It is told behind what it has not taken yet, and cut if it does not take that soon.
      if (why[0] === 4008) slow.resume();
    });
    onTestFinished(() => closing.mockRestore());
    const last = await writeBacklog(app);
    await expect.poll(() => app.app.counts().followers).toBe(0);
    slow.resume();
    expect(await slow.ended).toBe(door.ends.slow);
    expect(messagesOf(slow).length).toBeLessThan(backlog.messages);
    const readers = [slow];
    const seen = (): Following["events"]["items"] => readers.flatMap(({ events }) => events.items);
    const hasAll = (): boolean => readers.flatMap(messagesOf).at(-1)?.id === last;
    while (!hasAll()) {
      const back = follow(door, app, seen().at(-1)?.position);
      readers.push(back);
      // On a busy machine it may be too slow itself, and then it comes back again.
      await Promise.race([back.events.until(hasAll), back.ended]);
    }
    expect(readers.flatMap(messagesOf).map(({ id }) => id)).toEqual(
      Array.from({ length: last }, (_, index) => index + 1),
    );
    expectRules(door, changesOf(seen()));
    readers.at(-1)?.stop();
    await expect.poll(() => app.app.counts().followers).toBe(0);
  },
);

test.each(connections)(
  "a reader over $name that needs long for a large message, and reads on all the time, gets it [SLOW-2] [ALIVE-1]",
  async (door) => {
    const timeouts = { pingIntervalMs: 400, stallTimeoutMs: 400 };
    const app = await start({ timeouts, maxMessageChars: large.length });
    await send(app.url, "s", large);
    const thinLine = await startFaultyProxy(app.url);
    // The message takes several times as long as the timeouts.
    thinLine.bytesPerSecond = 4_000_000;
    const { url } = thinLine;
    // Messages alone begin with no snapshot.
    const after = door === messagesDoor ? "0" : undefined;
    const reader = door.follow({ url, wsUrl: url.replace(/^http/, "ws") }, { session_id: "s", after });
    onTestFinished(() => reader.stop());
    await expect.poll(() => app.app.counts().followers).toBe(1);
    // The rest of the stream waits for the large message, as long as it is on its way.
    await send(app.url, "s", "the next");
    const shown = Promise.all(["the next", large].map((content) => untilShown(reader, content)));
    expect(await Promise.race([shown.then(() => "shown"), reader.ended])).toBe("shown");
  },
);
