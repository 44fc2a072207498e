import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { closeCodes } from "../contract/close-codes.ts";
import { AppError } from "../domain/app-error.ts";
import type { AccessLog } from "./access-log.ts";
import { baseEntry } from "./access-log.ts";
import { ClientSocket } from "./client-socket.ts";
import { fairInterval, fairTimeout } from "./fair-timer.ts";
import { refuseConnection } from "./refuse-connection.ts";
import type { SocketTrace } from "./socket-trace.ts";
import type { Traced } from "./traced-request.ts";
import { requestIdOf, TracedRequest } from "./traced-request.ts";

/** How long the server waits for a peer, in milliseconds, before it takes it for dead or too slow. */
export type Patience = {
  /** For a sign of life from a WebSocket. A quiet one is pinged at this interval. */
  pingIntervalMs: number;
  /** For an event, in a poll that asks to wait as long or longer. */
  pollMs: number;
  /** For the next request of a connection on which none is being answered. */
  keepAliveMs: number;
  /** For the headers of a request, from their first byte to their last. */
  headersMs: number;
  /** For a peer to acknowledge bytes that were sent to it over HTTP: the interval of the looks. */
  deadPeerMs: number;
  /** For a peer to take any of the bytes that wait for it. An HTTP connection has twice as long. */
  stallTimeoutMs: number;
  /** For the connection parameters that a tRPC socket has announced. */
  connectionParamsMs: number;
  /** For the peer's part of a closing handshake, when the server stops. */
  closeTimeoutMs: number;
};

export const defaultPatience: Patience = {
  pingIntervalMs: 20_000,
  pollMs: 25_000,
  keepAliveMs: 65_000,
  headersMs: 10_000,
  deadPeerMs: 60_000,
  stallTimeoutMs: 30_000,
  connectionParamsMs: 10_000,
  closeTimeoutMs: 2_000,
};

export type SocketServer = {
  /** Takes over a connection whose request has been checked. `onOpen` is called at once, or never. */
  upgrade(
    request: IncomingMessage,
    connection: Duplex,
    head: Buffer,
    onOpen: (socket: ClientSocket, trace: Traced | undefined) => void,
  ): void;
  readonly clients: ReadonlySet<ClientSocket>;
  /** Closes every socket with the code of a restart, and cuts those that do not complete the closing handshake. */
  close(): void;
};

/**
 * Delays the closing of a socket whose peer has closed its half until its frames are answered. ws would close it at once, by a
 * listener that it has added to those of `before`.
 */
function answerBeforeEnd(client: ClientSocket, connection: Duplex, before: ReadonlySet<unknown>): void {
  for (const listener of connection.listeners("end") as ((this: Duplex) => void)[]) {
    if (before.has(listener)) continue;
    connection.removeListener("end", listener);
    // Not `once`, which would keep two objects more: a connection ends once.
    connection.on("end", () => {
      void client.answered().then(() => connection.destroyed || listener.call(connection));
    });
  }
}

const ignore = (): void => undefined;

function logSocket(log: AccessLog, trace: SocketTrace, client: ClientSocket): void {
  log("socket opened", baseEntry(trace));
  client.on("close", (lastCode) => {
    const closeCode = client.firstCloseCode ?? lastCode;
    log("socket closed", { ...baseEntry(trace), closeCode, ms: trace.ageMs, bytes: trace.sentBytes });
  });
}

export type SocketServerOptions = {
  /** How large a frame may be, in bytes. */
  maxFrameBytes: number;
  patience: Patience;
  /** Takes a line when a socket opens and one when it closes. Undefined if there is no access log. */
  access?: AccessLog | undefined;
};

/** A WebSocket server that is handed its connections, and closes dead ones. */
export function createSocketServer({ maxFrameBytes, patience, access }: SocketServerOptions): SocketServer {
  const server = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, WebSocket: ClientSocket });
  server.on("headers", (headers, request) => {
    const id = requestIdOf(request);
    if (id !== undefined) headers.push(`x-request-id: ${id}`);
  });
  server.on("wsClientError", ({ message }, connection, request) => {
    const error = new AppError("BAD_REQUEST", `This is not a WebSocket handshake: ${message}.`);
    refuseConnection(connection, error, request);
    if (request instanceof TracedRequest)
      access?.("request", { ...baseEntry(request), status: error.httpStatus, ms: request.ageMs });
  });
  const pulse = fairInterval(() => {
    for (const client of server.clients) client.checkPulse();
  }, patience.pingIntervalMs);
  const { stallTimeoutMs } = patience;

  /**
   * Limits a client that ends its side without a closing handshake and does not take the bytes that wait for it. ws would wait
   * for ever until they are out, and the pulse is not checked any more.
   */
  function cutUnlessClosed(this: Duplex): void {
    const deadline = fairTimeout(() => this.destroy(), stallTimeoutMs);
    this.once("close", () => deadline.cancel());
  }

  return {
    upgrade(request, connection, head, onOpen) {
      const before = new Set(connection.listeners("end"));
      server.handleUpgrade(request, connection, head, (client) => {
        client.attach(connection, stallTimeoutMs);
        answerBeforeEnd(client, connection, before);
        // ws itself closes the socket with the right code; without a listener the error would end the process.
        client.on("error", ignore);
        connection.on("end", cutUnlessClosed);
        const trace = request instanceof TracedRequest ? request.toSocketTrace() : undefined;
        if (access && trace) logSocket(access, trace, client);
        onOpen(client, trace);
      });
    },
    clients: server.clients,
    close() {
      pulse.cancel();
      server.close();
      for (const client of server.clients) client.finish(closeCodes.restart);
      fairTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, patience.closeTimeoutMs);
    },
  };
}
