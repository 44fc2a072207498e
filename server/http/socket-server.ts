import type { ServerOptions, WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { closeCodes } from "../contract/close-codes.ts";
import { AppError } from "../domain/app-error.ts";
import { refuseConnection } from "./refuse-connection.ts";

/** How long the server waits for a peer, in milliseconds, before it takes it for dead or too slow. */
export type Patience = {
  /** A WebSocket is asked for a sign of life this often. */
  pingIntervalMs: number;
  /** For the answer of tRPC's clients to that. */
  pongWaitMs: number;
  /** For a peer to take anything at all of what waits for it. An HTTP connection has twice as long. */
  stallTimeoutMs: number;
  /** For the connection parameters that a tRPC socket has announced. */
  connectionParamsMs: number;
  /** For the peer's part of a closing handshake, when the server stops. */
  closeTimeoutMs: number;
};

export const defaultPatience: Patience = {
  pingIntervalMs: 30_000,
  pongWaitMs: 5_000,
  stallTimeoutMs: 30_000,
  connectionParamsMs: 10_000,
  closeTimeoutMs: 2_000,
};

/** How much may wait in memory for a client that reads slowly; past it the socket gets no more until it has caught up. */
export const sendBudgetBytes = 1024 * 1024;

export function isWithinSendBudget(socket: WebSocket): boolean {
  return socket.bufferedAmount <= sendBudgetBytes;
}

/**
 * Resolves when the socket may be sent more: at once within the budget, else when what waits is out. A socket that takes
 * nothing for so long is closed with 4008. Resolves too when the socket is closed.
 */
export async function withinSendBudget(socket: WebSocket, stallTimeoutMs: number): Promise<void> {
  if (socket.readyState === socket.OPEN) {
    if (isWithinSendBudget(socket)) return;
    await allSent(socket, stallTimeoutMs);
  }
  // Whoever waits has nothing to do any more, and would only read the log for nobody.
  if (socket.readyState === socket.CLOSING) await closed(socket);
}

/** Not `once` of node:events, which rejects if an error comes first: a client can send one while the socket closes. */
function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
  });
}

async function allSent(socket: WebSocket, stallTimeoutMs: number): Promise<void> {
  let least = socket.bufferedAmount;
  const watch = setInterval(() => {
    if (socket.bufferedAmount < least) least = socket.bufferedAmount;
    else socket.close(closeCodes.slow.code, closeCodes.slow.reason);
  }, stallTimeoutMs);
  // A ping is told when it is written, and what waited before it is written then too.
  await new Promise<void>((resolve) => {
    socket.ping(undefined, undefined, () => resolve());
  });
  clearInterval(watch);
}

/** A WebSocket server that is handed its connections, for frames of up to `maxFrameBytes`. */
export function createSocketServer(maxFrameBytes: number): WebSocketServer {
  const options: ServerOptions = { noServer: true, maxPayload: maxFrameBytes };
  const server = new WebSocketServer(options);
  server.on("wsClientError", ({ message }, socket) => {
    refuseConnection(socket, new AppError("BAD_REQUEST", `This is not a WebSocket handshake: ${message}.`));
  });
  return server;
}

/** Tells every client that the server restarts, and cuts those that do not take part in the closing. */
export function closeSockets({ clients }: WebSocketServer, closeTimeoutMs: number): void {
  const { code, reason } = closeCodes.restart;
  for (const client of clients) client.close(code, reason);
  setTimeout(() => {
    for (const client of clients) client.terminate();
  }, closeTimeoutMs).unref();
}
