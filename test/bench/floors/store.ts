import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import SqliteFile from "better-sqlite3";
import { listen } from "./listen.ts";

// The least that stores messages and gives a session back over HTTP: one statement a message, in a transaction of its own,
// which is synced or not as SYNCHRONOUS says. No validation, no order, no events, no errors.
const database = new SqliteFile(process.env["DATABASE_FILE"]);
database.pragma("journal_mode = WAL");
database.pragma(`synchronous = ${process.env["SYNCHRONOUS"] ?? "full"}`);
database.exec(`
  create table chatsession (id text primary key, title text, created_at text);
  create table message
    (id integer primary key autoincrement, session_id text, content text, sender text, timestamp text);
  create index message_page on message (session_id);
  insert into chatsession values ('s0', 'Prefilled', '2026-01-01T00:00:00.000Z');
`);
const insert = database.prepare(
  "insert into message (session_id, content, sender, timestamp) values (?, ?, ?, ?)",
);
const selectSession = database.prepare("select id, title, created_at from chatsession where id = ?");
const selectMessages = database.prepare(
  "select id, session_id, content, sender, timestamp from message where session_id = ? order by id",
);

const server = createServer((request, response) => {
  const sessionId = request.url?.split("/")[3];
  if (request.method === "GET") {
    const session = selectSession.get(sessionId) as object;
    return send(response, { ...session, messages: selectMessages.all(sessionId) });
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { content, sender } = JSON.parse(Buffer.concat(chunks).toString()) as Message;
    const timestamp = new Date().toISOString();
    const { lastInsertRowid } = insert.run(sessionId, content, sender, timestamp);
    send(response, { id: Number(lastInsertRowid), session_id: sessionId, content, sender, timestamp });
  });
});

type Message = { content: string; sender: string };

function send(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}

listen(server);
