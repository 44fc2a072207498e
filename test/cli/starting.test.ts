import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { newDatabasePath } from "../db/database-file.ts";
import { sendRaw } from "../support/raw-request.ts";
import { startRefused } from "../support/refused-start.ts";
import { serverCommand } from "../support/server-command.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

/** A database of the original backend, which the next start takes over. */
function makeOriginal(): string {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const database = new SqliteFile(file);
  database.exec(`
    create table chatsession (id varchar not null primary key, title varchar not null, created_at datetime not null);
    create table message (id integer not null primary key, session_id varchar, content varchar, sender varchar, timestamp datetime);
    insert into chatsession values ('s', 'Old', '2025-11-30 12:00:00.000000');`);
  database.close();
  return file;
}

/** One of 18 MB, which is migrated in a process of its own. */
function makeLargeOriginal(): string {
  const file = makeOriginal();
  const database = new SqliteFile(file);
  database.exec(`
    insert into message values (1, 's', printf('%.*c', 18000000, 'x'), 'user', '2025-11-30 12:00:00.000000')`);
  database.close();
  return file;
}

/**
 * Stops the process that migrates for a server, on Linux, as soon as it runs its own program: before that the server waits
 * for it. It is killed with the test. @returns its id
 */
async function freezeMigrationOf(pid: number | undefined): Promise<number> {
  let frozen: number | undefined;
  const freeze = (): boolean => {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    if (!child || !readFileSync(`/proc/${child}/cmdline`, "utf8").includes("migration-process")) return false;
    frozen = Number(child);
    return process.kill(frozen, "SIGSTOP");
  };
  await expect.poll(freeze, { interval: 5 }).toBe(true);
  if (frozen === undefined) throw new Error("unreachable: one was stopped");
  const stopped = frozen;
  onTestFinished(() => {
    if (existsSync(`/proc/${stopped}`)) process.kill(stopped, "SIGKILL");
  });
  return stopped;
}

/** Keeps every other connection from the file until the returned function is called. */
function lock(file: string): () => void {
  const holder = new SqliteFile(file);
  onTestFinished(() => void holder.close());
  holder.exec("begin exclusive");
  return () => void holder.exec("rollback");
}

async function takePort(): Promise<{ port: number; release: () => Promise<void> }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const release = async (): Promise<void> => {
    server.close();
    await once(server, "close");
  };
  return { port: (server.address() as AddressInfo).port, release };
}

type Starting = { child: ChildProcess; url: string; port: number; messages: string[] };

/** A server on a port that is known before it is ready. Resolves when it has taken the port. */
async function beginToStart(file: string): Promise<Starting> {
  const { port, release } = await takePort();
  await release();
  const [command = "", ...args] = serverCommand();
  const child = spawn(command, args, {
    env: { ...process.env, PORT: String(port), DATABASE_URL: `file:${file}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const messages: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { msg } = JSON.parse(line) as { msg: string };
    if (msg !== "request") messages.push(msg);
  });
  await expect.poll(() => canConnect(port)).toBe(true);
  return { child, url: `http://127.0.0.1:${port}`, port, messages };
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test("a server whose port is taken leaves a database that it would have migrated as it was, and exits with 1 [START-1]", async () => {
  const file = makeOriginal();
  const before = readFileSync(file);
  const { port, release } = await takePort();
  onTestFinished(() => release());
  const { code, stderr, log } = await startRefused({ PORT: String(port), DATABASE_URL: `file:${file}` });
  expect(code).toBe(1);
  expect(stderr).toBe(`Port ${port} of 127.0.0.1 is taken: set PORT to another, or to 0 for any.\n`);
  expect(log).toEqual([expect.objectContaining({ level: 60, msg: stderr.trim() })]);
  expect(readFileSync(file).equals(before)).toBe(true);
  expect(existsSync(`${file}-wal`)).toBe(false);
});

test("what comes while the database is opened waits a second for it, and is then told to come back [START-2]", async () => {
  // It lacks no migration: once it is unlocked, the start takes far less than the second that a request waits.
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "normal" })).close();
  const unlock = lock(file);
  const server = await beginToStart(file);
  const late = { status: 503, headers: { "retry-after": "1" } };
  const upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const get = (path: string, headers: string) =>
    sendRaw(server.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  const [root, sessions, called, socket] = await Promise.all([
    get("/", "Connection: close\r\n"),
    get("/api/sessions", "Connection: close\r\n"),
    get("/trpc/health", "Connection: close\r\n"),
    get("/ws/s", upgrade),
  ]);
  expect([root, sessions, called, socket]).toMatchObject([late, late, late, late]);
  expect(JSON.parse(sessions.body)).toEqual({
    code: "SERVICE_UNAVAILABLE",
    message: "The server is starting: come back.",
    request_id: sessions.headers["x-request-id"],
  });
  expect(JSON.parse(called.body)).toMatchObject({ error: { data: { code: "SERVICE_UNAVAILABLE" } } });
  await expect.poll(() => server.messages).toHaveLength(1);
  expect(server.messages[0]).toMatch(/^Another process has .*ai_desk\.db locked, .*60 s at most\.$/);

  // It lives, which a supervisor asks, though it is not ready.
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);

  const waiting = fetch(`${server.url}/api/sessions/s`);
  unlock();
  expect((await waiting).status).toBe(404);
  await expect.poll(() => server.messages).toContainEqual(expect.stringMatching(/^AI Desk listens on/));
  expect((await fetch(server.url)).status).toBe(200);
});

test("a server that is stopped while it waits for the database ends at once, with code 0 [START-2] [STOP-2]", async () => {
  const file = makeOriginal();
  const before = readFileSync(file);
  lock(file);
  const server = await beginToStart(file);
  const waiting = fetch(server.url);
  const ended = once(server.child, "exit");
  await expect.poll(() => server.messages).toHaveLength(1);
  server.child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect((await waiting).status).toBe(503);
  expect(server.messages.slice(1)).toEqual(["stopping", "stopped"]);
  expect(await canConnect(server.port)).toBe(false);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("a start that is refused gives its port back [START-1]", async () => {
  const { port, release } = await takePort();
  await release();
  const { code } = await startRefused({ PORT: String(port), DATABASE_URL: `file:${makeTemporaryFolder()}` });
  expect(code).toBe(1);
  expect(await canConnect(port)).toBe(false);
});

test.runIf(existsSync("/proc/self/task"))(
  "while a large file is migrated requests are answered, and a stop ends it: the next start finds the file whole [START-2] [STOP-2]",
  async () => {
    const file = makeLargeOriginal();
    const server = await beginToStart(file);
    const waiting = fetch(server.url);
    const migration = await freezeMigrationOf(server.child.pid);
    expect((await waiting).status).toBe(503);
    const ended = once(server.child, "exit");
    server.child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(server.messages).toEqual(["stopping", "stopped"]);
    await expect.poll(() => existsSync(`/proc/${migration}`)).toBe(false);

    const next = await beginToStart(file);
    const ready = () => fetch(`${next.url}/api/sessions/s/messages`);
    await expect.poll(async () => (await ready()).status).toBe(200);
    expect(await (await ready()).json()).toMatchObject([{ id: 1, timestamp: "2025-11-30T12:00:00" }]);
    expect(next.messages).toContainEqual(
      expect.stringMatching(/^The database of the original backend was migrated/),
    );
  },
);

test.runIf(existsSync("/proc/self/task"))(
  "a start whose migrating process is killed is refused in a sentence [START-1] [MIGRATE-2]",
  async () => {
    const file = makeLargeOriginal();
    const server = await beginToStart(file);
    const ended = once(server.child, "exit");
    process.kill(await freezeMigrationOf(server.child.pid), "SIGKILL");
    expect(await ended).toEqual([1, null]);
    expect(server.messages).toEqual([
      `DATABASE_URL names ${file}, which must be migrated, and the process that was started for it has ended (SIGKILL): ` +
        "look for the reason in the system's log, and try again.",
    ]);
  },
);

test("another program's large database is refused as a small one is [START-1]", async () => {
  const file = join(makeTemporaryFolder(), "other.db");
  const other = new SqliteFile(file);
  other.exec("create table files (content); insert into files values (zeroblob(18000000))");
  other.close();
  const before = readFileSync(file);
  const { code, stderr, log } = await startRefused({ DATABASE_URL: `file:${file}` });
  expect(code).toBe(1);
  expect(stderr).toMatch(/other\.db: The file is another program's database: it has the table "files"/);
  expect(log).toEqual([expect.not.objectContaining({ err: expect.anything() as unknown })]);
  expect(readFileSync(file).equals(before)).toBe(true);
});
