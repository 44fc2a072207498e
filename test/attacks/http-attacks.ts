import { get, head, post } from "./attacker.ts";
import type { Attack } from "./attack.ts";

/** The largest content of one body or frame at the default MAX_MESSAGE_CHARS. */
const bodyBytes = 600_000;
const wideJson = "[],".repeat(bodyBytes / 3 - 100);
const deepJson = "[".repeat(bodyBytes / 2) + "]".repeat(bodyBytes / 2);

const batchOf100 = (path: string, input: object): string => {
  const inputs = encodeURIComponent(JSON.stringify({ 0: input, 1: input, 2: input }));
  return `/trpc/${Array.from({ length: 100 }, () => path).join(",")}?batch=1&input=${inputs}`;
};

const queryOf = (path: string, input: object): string =>
  `/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;

/** Asks for the same on many connections and reads nothing. */
function unread(name: string, count: number, request: string): Attack {
  return {
    name,
    run: (attacker) => attacker.withEach(count, (socket) => void socket.write(request)),
  };
}

const eventStream = "Accept: text/event-stream\r\n";

export const httpAttacks: Attack[] = [
  unread("a batch of 100 lists of all sessions", 10, get(batchOf100("session.list", {}))),
  unread(
    "a batch of 100 lists, line by line",
    10,
    get(batchOf100("session.list", {}), "trpc-accept: application/jsonl\r\n"),
  ),
  unread("session.get of 60 MB", 60, get(queryOf("session.get", { session_id: "of-60-mb" }))),
  unread("session.get of 15 MB", 60, get(queryOf("session.get", { session_id: "of-15-mb" }))),
  unread(
    "session.get of 15 MB, line by line",
    60,
    get(
      `/trpc/session.get?batch=1&input=${encodeURIComponent('{"0":{"session_id":"of-15-mb"}}')}`,
      "trpc-accept: application/jsonl\r\n",
    ),
  ),
  unread("GET of a session of 6 MB", 300, get("/api/sessions/of-6-mb")),
  unread("GET of a session of 60 MB", 300, get("/api/sessions/of-60-mb")),
  unread("GET of all sessions", 300, get("/api/sessions")),
  unread("a page of 20,000 small messages", 300, get("/api/sessions/of-many")),
  unread("a poll from a position that is none", 300, get("/api/sessions/of-60-mb/events?after=zz")),
  unread("a poll from the beginning", 300, get("/api/sessions/of-60-mb/events?after=0")),
  unread(
    "REST's stream from a position that is none",
    300,
    get("/api/sessions/of-60-mb/events?after=zz", eventStream),
  ),
  unread("REST's stream from the beginning", 300, get("/api/sessions/of-60-mb/events?after=0", eventStream)),
  unread(
    "tRPC's stream from the beginning",
    300,
    get(queryOf("session.onEvent", { session_id: "of-60-mb", lastEventId: "0" })),
  ),
  unread("1,300 pipelined GETs of a session of 2 MB", 20, get("/api/sessions/of-2-mb").repeat(1300)),
  unread("30,000 pipelined GETs of what is small", 50, get("/").repeat(30_000)),
  unread("1,300 pipelined polls", 50, get("/api/sessions/small/events?after=5&wait=30").repeat(1300)),
  unread("the docs' program", 300, get("/docs/swagger-ui-bundle.js")),
  {
    name: "readers of 1 kB at a time",
    run: (attacker) =>
      attacker.withEach(300, (socket) => {
        socket.write(get("/api/sessions/of-60-mb"));
        const reading = setInterval(() => void socket.read(1000), 500).unref();
        socket.on("close", () => clearInterval(reading));
      }),
  },
  {
    name: "bodies that never end",
    run: (attacker) =>
      attacker.withEach(1000, (socket) => {
        const start = `POST /api/sessions/small/messages HTTP/1.1\r\n${head}Content-Type: application/json\r\n`;
        socket.write(`${start}Content-Length: ${bodyBytes}\r\n\r\n${"x".repeat(bodyBytes - 1)}`);
      }),
  },
  {
    name: "headers that never end",
    run: (attacker) =>
      attacker.withEach(2000, (socket) => {
        socket.write(`GET / HTTP/1.1\r\n${head}X: ${"x".repeat(15_000)}`);
      }),
  },
  ...[
    ["wide", `[${wideJson}[]]`],
    ["deep", deepJson],
  ].map(([kind, json]): Attack => ({
    name: `messages with a ${kind} field that nobody reads`,
    run: (attacker) =>
      attacker.withEach(100, (socket) => {
        const body = `{"content":"x","sender":"user","more":${json}}`;
        socket.write(post("/api/sessions/small/messages", body).repeat(3));
        socket.resume();
      }),
  })),
  {
    name: "a batch of messages with a wide field",
    run: (attacker) =>
      attacker.withEach(100, (socket) => {
        const message = `{"session_id":"small","content":"x","sender":"user"}`;
        socket.write(post("/trpc/message.add?batch=1", `{"0":${message},"1":[${wideJson}[]]}`).repeat(3));
        socket.resume();
      }),
  },
];
