import { createServer } from "node:http";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { listen } from "./listen.ts";
import { openStore } from "./synced-inserts.ts";

// The least that a chat over WebSockets can do: what one socket of a session sends, all of its sockets get, stringified
// once. A client that was away has missed it. With STORE=1 each message is on disk before it is sent, else nothing is stored.
const store = process.env["STORE"] === "1" ? openStore() : () => undefined;
const sessions = new Map<string, Set<WebSocket>>();
let lastId = 0;

const server = createServer();
new WebSocketServer({ server }).on("connection", (socket, { url = "" }) => {
  const sessionId = url.slice("/ws/".length);
  const sockets = sessions.get(sessionId) ?? new Set();
  sessions.set(sessionId, sockets.add(socket));
  socket.on("close", () => sockets.delete(socket));
  socket.on("message", (data: Buffer) => {
    const { content, sender } = JSON.parse(data.toString()) as { content: string; sender: string };
    const timestamp = new Date().toISOString();
    store(sessionId, content, sender, timestamp);
    lastId += 1;
    const message = { id: lastId, content, sender, timestamp };
    const frame = Buffer.from(JSON.stringify({ session_id: sessionId, message }));
    for (const each of sockets) each.send(frame, { binary: false });
  });
});
listen(server);
