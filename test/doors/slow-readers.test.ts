import { describe, expect, onTestFinished, test, vi } from "vitest";
import { WebSocket } from "ws";
import { call, createSession, send } from "../support/rest.ts";
import type { RunningApp } from "../support/start-app.ts";
import { startApp } from "../support/start-app.ts";
import type { Following, LiveDoor } from "./live-door.ts";
import { liveDoors } from "./live-doors.ts";
import { changesOf, expectUnbroken, seenUpTo } from "./stream-rules.ts";

/** More than the operating system holds for a connection, so that the rest is the server's to hold. */
const backlog = { messages: 20, chars: 1_000_000 };

async function start(options: Parameters<typeof startApp>[0] = {}): Promise<RunningApp> {
  const app = await startApp({ maxMessageChars: backlog.chars, ...options });
  await createSession(app.url, { id: "s" });
  return app;
}

async function writeBacklog({ url }: RunningApp): Promise<number> {
  let last = 0;
  for (let index = 0; index < backlog.messages; index += 1) {
    last = (await send(url, "s", "x".repeat(backlog.chars))).id;
  }
  return last;
}

function followWith(door: LiveDoor, app: RunningApp, after?: string): Following {
  const following = door.follow(app, { session_id: "s", after });
  onTestFinished(() => following.cut());
  return following;
}

describe.each(liveDoors)("over $name", (door) => {
  test("a reader that hangs delays nobody, is not fed from memory, and then gets all from the log as it is then [SLOW-1] [SLOW-3]", async () => {
    const app = await start();
    const slow = followWith(door, app);
    const other = followWith(door, app);
    await Promise.all([slow, other].map(({ events }) => events.count(1)));
    slow.pause();
    const last = await writeBacklog(app);
    await seenUpTo(other, backlog.messages);
    expect(slow.events.items.length).toBeLessThan(backlog.messages);
    await call(app.url, "PATCH", `/api/sessions/s/messages/${last}`, { content: "edited" });
    await call(app.url, "DELETE", `/api/sessions/s/messages/${last - 1}`);
    const end = backlog.messages + 2;
    await seenUpTo(other, end);
    slow.resume();
    const seen = await seenUpTo(slow, end);
    expectUnbroken(seen);
    // The last two came in their latest forms alone: they were not waiting in memory.
    const before = changesOf(seen).slice(1, -2);
    expect(before.map(({ event }) => event.seq)).toEqual(
      Array.from({ length: backlog.messages - 2 }, (_, index) => index + 1),
    );
    expect(changesOf(seen).slice(-2)).toMatchObject([
      { event: { type: "message", message: { id: last, content: "edited" } } },
      { event: { type: "message_deleted", message_id: last - 1 } },
    ]);
  });
});

/** A poll that is not read is an answer like any other, and nothing waits for who does not ask. */
const connections = liveDoors.filter(({ ends }) => ends.slow !== undefined);

test.each(connections)(
  "a reader over $name that takes nothing at all for too long is closed by name, and comes back to all it has missed [SLOW-2]",
  async (door) => {
    const app = await start({ timeouts: { stallTimeoutMs: 200 } });
    const slow = followWith(door, app);
    await slow.events.count(1);
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
    await writeBacklog(app);
    await expect.poll(() => app.app.counts().followers).toBe(0);
    slow.resume();
    expect(await slow.ended).toBe(door.ends.slow);
    expect(slow.events.items.length).toBeLessThan(backlog.messages);
    const back = followWith(door, app, slow.events.items.at(-1)?.position);
    const missed = await seenUpTo(back, backlog.messages);
    expectUnbroken(changesOf([...slow.events.items, ...missed]));
    back.stop();
    await expect.poll(() => app.app.counts().followers).toBe(0);
  },
);
