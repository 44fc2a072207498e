import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openRawSocket } from "../support/raw-socket.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { liveDoors } from "./live-doors.ts";

type Ended = Awaited<ReturnType<RunningServer["stop"]>>;

type Stopping = { server: RunningServer; file: string; restart: () => Promise<RunningServer> };

async function start(): Promise<Stopping> {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const environment = { DATABASE_URL: `file:${file}` };
  const server = await startServer(environment);
  await createSession(server.url, { id: "s" });
  return { server, file, restart: () => startServer(environment) };
}

/** A connection on which these bytes are sent. */
async function open({ url }: RunningServer, bytes: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(bytes);
  return socket;
}

function isStopping({ log }: RunningServer): Promise<void> {
  return expect.poll(() => log.map(({ msg }) => msg)).toContain("stopping");
}

/** The size of the write-ahead log, in bytes; 0 if there is none. */
function sizeOfLog(file: string): number {
  return existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0;
}

const message = JSON.stringify({ content: "in flight", sender: "user" });
const post =
  "POST /api/sessions/s/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
  `Content-Length: ${message.length}\r\n\r\n`;
const upgrade =
  "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

test("a request that is on its way when the server stops is answered, and what it wrote is stored [STOP-1] [STOP-2]", async () => {
  const { server, file, restart } = await start();
  const socket = await open(server, post + message.slice(0, 5));
  // Answered after the other has been read, so the server has that one in hand.
  await send(server.url, "s", "before");
  const ended = server.stop();
  await isStopping(server);
  socket.write(message.slice(5));
  let answer = "";
  for await (const chunk of socket.setEncoding("utf8")) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"content":"in flight"/);
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(sizeOfLog(file)).toBe(0);
  const { messages } = await readSession((await restart()).url, "s");
  expect(messages.map(({ content }) => content)).toEqual(["before", "in flight"]);
});

const streams = [
  "/api/sessions/s/events/stream",
  "/trpc/session.onEvent?input=%7B%22session_id%22%3A%22s%22%7D",
  "/trpc/session.onListEvent",
];

test("each event stream ends whole at a stop, and tells no client of tRPC that its subscription is over [STOP-1]", async () => {
  const { server } = await start();
  const answers = await Promise.all(streams.map((path) => fetch(server.url + path)));
  const bodies = Promise.allSettled(answers.map((answer) => answer.text()));
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  // A body that is cut before its last chunk rejects.
  const whole = { status: "fulfilled", value: expect.not.stringContaining("event: return") as string };
  expect(await bodies).toEqual(streams.map(() => whole));
});

test("a stream that begins while the server stops ends at once [STOP-1]", async () => {
  const { server } = await start();
  const expecting = post.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
  const sockets = await Promise.all(
    streams.map(async (path) => {
      const socket = await open(server, expecting);
      // The server has the request in hand: a connection that it has not read yet would be cut as an idle one.
      await once(socket, "readable");
      return { socket, path };
    }),
  );
  const ended = server.stop();
  await isStopping(server);
  const answers = sockets.map(async ({ socket, path }) => {
    socket.write(`${message}GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket.setEncoding("utf8")) answer += String(chunk);
    return answer;
  });
  for (const answer of await Promise.all(answers)) {
    expect(answer).toMatch(/content-type: text\/event-stream\r\n[^]*\r\n\r\n0\r\n\r\n$/i);
    expect(answer).not.toContain("data:");
  }
  expect(await ended).toEqual({ code: 0, signal: null });
});

/** Clients that neither read nor answer, in every state that a connection can be in. */
async function stopWithSilentClients(): Promise<Ended> {
  const { server, file, restart } = await start();
  const silent = await Promise.all([
    openRawSocket(server.wsUrl, "/ws/s?events=all"),
    openRawSocket(server.wsUrl, "/trpc"),
    openRawSocket(server.wsUrl, "/trpc?connectionParams=1"),
  ]);
  const readers = liveDoors.map((door) => door.follow(server, { session_id: "s" }));
  await Promise.all(readers.map(({ events }) => events.count(1)));
  for (const reader of readers) reader.pause();
  for (const { socket } of silent) socket.pause();
  await open(server, "");
  await open(server, "GET /api/sess");
  await open(server, post + message.slice(0, 5));
  await open(server, `GET /ws/s HTTP/1.1\r\n${upgrade}`);
  const messages = 150;
  for (let index = 0; index < messages; index += 1) await send(server.url, "s", "x".repeat(100_000));

  const ended = await server.stop();
  const routes = server.log.filter(({ msg }) => msg === "request").map(({ route }) => route);
  expect(routes).toEqual(expect.arrayContaining(["/trpc/session.onEvent", streamRoute]));
  expect(sizeOfLog(file)).toBe(0);
  expect((await readSession((await restart()).url, "s")).messages).toHaveLength(messages);
  return ended;
}

const streamRoute = "/api/sessions/{session_id}/events";

/** Handshakes that are finished when the server has no more patience with the sockets that it had. */
async function stopWithLateHandshakes(): Promise<Ended> {
  const { server } = await start();
  const silent = await openRawSocket(server.wsUrl, "/ws/s");
  const late = [
    await open(server, `GET /trpc HTTP/1.1\r\n${upgrade}`),
    await open(server, `GET /ws/s HTTP/1.1\r\n${upgrade}`),
  ];
  await send(server.url, "s", "The server has read the beginning of the others.");
  const ended = server.stop();
  await silent.ended;
  for (const socket of late) socket.write("\r\n");
  return ended;
}

/** Connections that were refused, and whose peers do not close their half. */
async function stopWithRefusedClients(): Promise<Ended> {
  const { server } = await start();
  const { hostname, port } = new URL(server.url);
  const refused = [
    `GET /ws/nobody HTTP/1.1\r\n${upgrade}\r\n`,
    "GET /trpc HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "This is not HTTP.\r\n\r\n",
  ];
  for (const bytes of refused) {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.on("error", () => undefined);
    socket.write(bytes);
    // The server's half ends with its answer; the other stays open.
    await once(socket.resume(), "end");
  }
  return server.stop();
}

test("whatever clients do or leave undone, the server ends, with everything in the database's file [STOP-2] [ALIVE-2]", async () => {
  // Three servers at once, since each waits for the server's time-out.
  const [silent, late, refused] = await Promise.all([
    stopWithSilentClients(),
    stopWithLateHandshakes(),
    stopWithRefusedClients(),
  ]);
  const clean = { code: 0, signal: null };
  expect({ silent, late, refused }).toEqual({ silent: clean, late: clean, refused: clean });
});

test("a second signal ends the server at once, and takes nothing that was acknowledged [STOP-3] [DURABLE-2]", async () => {
  const { server, restart } = await start();
  // Without the second signal the server would wait for the rest of it.
  const socket = await open(server, post + message.slice(0, 5));
  await send(server.url, "s", "before");
  const ended = server.stop();
  await isStopping(server);
  server.process.kill("SIGTERM");
  expect(await ended).toEqual({ code: 1, signal: null });
  if (!socket.closed) await once(socket, "close");
  const { messages } = await readSession((await restart()).url, "s");
  expect(messages.map(({ content }) => content)).toEqual(["before"]);
});

test("another program that reads the database in a transaction keeps its log beside it, and one warning says so [STOP-2]", async () => {
  const { server, file, restart } = await start();
  const reader = new SqliteFile(file, { readonly: true });
  onTestFinished(() => void reader.close());
  reader.exec("begin");
  reader.prepare("select * from message").all();
  await send(server.url, "s", "after that");
  expect(await server.stop()).toEqual({ code: 0, signal: null });
  const warnings = server.log.filter(({ level }) => Number(level) >= 40);
  expect(warnings.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(
      /^Another program has .*ai_desk\.db open: .*ai_desk\.db-wal is left beside it, \d+\.\d MB/,
    ),
  ]);
  expect(sizeOfLog(file)).toBeGreaterThan(0);
  const { messages } = await readSession((await restart()).url, "s");
  expect(messages.map(({ content }) => content)).toEqual(["after that"]);
});

test("the server ends as well when nobody reads its log any more [STOP-2]", async () => {
  const { server } = await start();
  server.process.stdout.destroy();
  server.process.stderr.destroy();
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

/** Sends the signal in the moment in which the log says that the server runs, before it does anything else. */
const atTheFirstLine = `data:text/javascript,${encodeURIComponent(`
  import fs from "node:fs";
  const { writeSync } = fs;
  fs.writeSync = (file, text, ...rest) => {
    const written = writeSync(file, text, ...rest);
    if (String(text).includes('"url"')) process.kill(process.pid, "SIGTERM");
    return written;
  };
`)}`;

test("a server that is told to stop as soon as it says that it runs ends with code 0 [STOP-2]", async () => {
  const server = await startServer({ NODE_OPTIONS: `--import ${atTheFirstLine}` });
  await once(server.process, "exit");
  expect(server.process).toMatchObject({ exitCode: 0, signalCode: null });
});
