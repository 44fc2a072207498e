import type { Attack } from "./attack.ts";
import { callFrame, frame } from "./attacker.ts";

const frameBytes = 600_000;
const wideJson = `[${"[],".repeat(199_000)}[]]`;
const session = { session_id: "of-60-mb" };

/** Sends the same frames over many WebSockets and reads nothing. */
function unread(name: string, count: number, path: string, frames: Buffer[]): Attack {
  return {
    name,
    run: (attacker) =>
      attacker.withEachSocket(path, count, (socket) => {
        for (const each of frames) socket.write(each);
      }),
  };
}

function times(count: number, make: (id: number) => Buffer): Buffer[] {
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

const junkFrame = (id: number): Buffer =>
  frame(
    `{"id":${id},"method":"subscription","params":{"path":"session.onEvent","input":{"session_id":"small","more":${wideJson}}}}`,
  );

export const socketAttacks: Attack[] = [
  unread(
    "tRPC socket: session.get of 15 MB",
    100,
    "/trpc",
    times(20, (id) => callFrame(id, "query", "session.get", { session_id: "of-15-mb" })),
  ),
  unread("tRPC socket: a batch of 100 session.get", 100, "/trpc", [
    frame(
      `[${times(100, (id) => callFrame(id, "query", "session.get", session))
        .map(textOf)
        .join(",")}]`,
    ),
  ]),
  unread(
    "tRPC socket: subscriptions from the beginning",
    300,
    "/trpc",
    times(20, (id) => callFrame(id, "subscription", "session.onEvent", { ...session, lastEventId: "0" })),
  ),
  unread("tRPC socket: subscriptions with a wide field", 10, "/trpc", times(20, junkFrame)),
  unread(
    "tRPC socket: subscriptions with long ids",
    10,
    "/trpc",
    times(20, (id) =>
      callFrame(`${id}${"x".repeat(frameBytes)}`, "subscription", "session.onEvent", session),
    ),
  ),
  unread(
    "tRPC socket: subscriptions with long positions",
    10,
    "/trpc",
    times(20, (id) =>
      callFrame(id, "subscription", "session.onEvent", {
        session_id: "small",
        lastEventId: "z".repeat(frameBytes),
      }),
    ),
  ),
  unread(
    "tRPC socket: 1,000 subscriptions",
    50,
    "/trpc",
    times(1000, (id) => callFrame(id, "subscription", "session.onEvent", { session_id: "small" })),
  ),
  unread("tRPC socket: what waits behind an unread answer", 100, "/trpc", [
    callFrame(1, "query", "session.get", { session_id: "of-15-mb" }),
    callFrame(2, "query", "session.get", { session_id: "of-15-mb" }),
    frame(`[{"id":3,"method":"query","params":{"path":"health"}},${wideJson}]`),
    ...times(10, junkFrame),
  ]),
  unread("plain socket: all events from the beginning", 300, "/ws/of-60-mb?events=all&after=0", []),
  unread("plain socket: all events from no position", 300, "/ws/of-60-mb?events=all&after=zz", []),
  unread("plain socket: messages from the beginning", 300, "/ws/of-60-mb?after=0", []),
  unread("plain socket: messages with a wide field", 100, "/ws/small", [
    ...times(3, () => frame(`{"content":"x","sender":"user","more":${wideJson}}`)),
  ]),
  unread(
    "plain socket: signals to all of them",
    100,
    "/ws/small?events=all",
    times(2000, (id) => frame(`{"signal":{"name":"n","data":"${id}${"x".repeat(900)}"}}`)),
  ),
  ...["/trpc", "/ws/small"].map((path) =>
    unread(`frames over ${path} that never end`, 1000, path, [frame("x".repeat(frameBytes), { fin: false })]),
  ),
];

function textOf(bytes: Buffer): string {
  return bytes.subarray(bytes.indexOf("{")).toString();
}
