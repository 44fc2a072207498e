import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { listen } from "./listen.ts";
import { openStore } from "./synced-inserts.ts";

// The least that shows a reply growing: each append is a request. Its text waits with others until 46 ms after the last frame,
// and is then stringified once and sent to each socket. Nothing is checked, and there is one session and one reply at a time. With STORE=1
// each append is on disk before its answer, else nothing is stored.
const store = process.env["STORE"] === "1" ? openStore() : () => undefined;
const intervalMs = 46;
const sockets = new WebSocketServer({ noServer: true });
let seq = 0;
let sentSeq = 0;
let content = "";
let sentChars = 0;
let timer: NodeJS.Timeout | undefined;
let flushedMs = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { text } = JSON.parse(Buffer.concat(chunks).toString()) as { text: string };
    if (request.url?.endsWith("/append")) {
      seq += 1;
      store("s0", text, "assistant", new Date().toISOString());
      content += text;
      timer ??= setTimeout(flush, Math.max(0, flushedMs + intervalMs - performance.now()));
      return send(response, { length: content.length, seq });
    }
    // The opening of the reply, or its end.
    flush();
    seq += 1;
    if (request.url?.endsWith("/messages")) content = "";
    sentChars = content.length;
    broadcast("message", { message: { id: 1, content } });
    send(response, { id: 1, content });
  });
});
server.on("upgrade", (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (client) =>
    client.send(JSON.stringify({ type: "caught_up", seq, prev: seq })),
  ),
);
listen(server);

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  if (sentChars === content.length) return;
  broadcast("message_delta", { message_id: 1, offset: sentChars, text: content.slice(sentChars) });
  sentChars = content.length;
  flushedMs = performance.now();
}

function broadcast(type: string, fields: object): void {
  const frame = Buffer.from(JSON.stringify({ type, seq, prev: sentSeq, ...fields }));
  for (const each of sockets.clients) each.send(frame, { binary: false });
  sentSeq = seq;
}

function send(response: ServerResponse, value: unknown): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}
