import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { createSession, send } from "../../support/rest.ts";
import { serverCommand } from "../../support/server-command.ts";
import { startServer } from "../../support/start-server.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

const probe = join(import.meta.dirname, "note-calls.ts");

/** The first messages load and prepare what every later one uses. */
const firstMessages = 5;
const messages = 15;

/** The first calls of a request. */
const beginning = ["http-server", "open-connections", "traced-request"].map(
  (name) => `server/http/${name}.ts`,
);

/** The room of a file: its folder in `server`, or `db`. */
function roomOf(file: string): string {
  const [top = "", room = "", ...rest] = file.split("/");
  return top === "db" || rest.length === 0 ? top : room;
}

/** The rooms that the calls of one message come through, one after the other. */
function roomsOf(calls: readonly string[]): string[] {
  // The frame to the subscriber is the end of the path; timers may make calls after it.
  const path = calls.slice(0, calls.lastIndexOf("server/socket/keep-alive.ts") + 1);
  return path.map(roomOf).filter((room, at, rooms) => room !== rooms[at - 1]);
}

test.each(["/trpc", "/ws/s"])(
  "a message that is posted over REST changes rooms at most 24 times on its way to a subscriber at %s",
  async (address) => {
    const file = join(makeTemporaryFolder(), "calls");
    const [node = "", ...rest] = serverCommand();
    const launch = [node, "--import", probe, ...rest];
    const server = await startServer({ NOTED_CALLS: file, PING_SECONDS: "300" }, { launch });
    await createSession(server.url, { id: "s" });
    const socket = new WebSocket(server.wsUrl + address);
    const frames: string[] = [];
    socket.on("message", (frame: Buffer) => frames.push(frame.toString()));
    const shown = async (text: string): Promise<void> => {
      await expect.poll(() => frames.some((frame) => frame.includes(text))).toBe(true);
    };
    await once(socket, "open");
    const subscribe = { path: "session.onEvent", input: { session_id: "s" } };
    if (address === "/trpc") {
      socket.send(JSON.stringify({ id: 1, method: "subscription", params: subscribe }));
      await shown("caught_up");
    }
    for (let count = 0; count < messages; count += 1) {
      await send(server.url, "s", `message ${count}.`);
      await shown(`message ${count}.`);
    }
    await server.stop();
    // The calls that follow the last message's are those of the stop.
    const paths = readFileSync(file, "utf8")
      .split(`${beginning.join("\n")}\n`)
      .slice(-messages + firstMessages)
      .map((calls) => roomsOf(calls.split("\n").filter((call) => call !== "")));
    expect(paths.length).toBe(messages - firstMessages);
    // A timer may make calls in the middle of a path.
    const [shortest = []] = paths.toSorted((a, b) => a.length - b.length);
    expect(shortest.length, shortest.join(" > ")).toBeGreaterThan(10);
    expect(shortest.length - 1, shortest.join(" > ")).toBeLessThanOrEqual(24);
  },
);
