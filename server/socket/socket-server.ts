import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Timeouts } from "../http/timeouts.ts";
import { closeCodes } from "../contract/close-codes.ts";
import { AppError } from "../contract/app-error.ts";
import type { AccessLog } from "../http/access-log.ts";
import { baseEntry } from "../http/access-log.ts";
import { ClientSocket } from "./client-socket.ts";
import { fairInterval, fairTimeout } from "../http/fair-timer.ts";
import { refuseConnection } from "../http/refuse-connection.ts";
import type { SocketTrace } from "../http/socket-trace.ts";
import type { Traced } from "../http/traced-request.ts";
import { requestIdOf, TracedRequest } from "../http/traced-request.ts";

export type SocketServer = {
  /** Takes over a connection whose request has been checked. `onOpen` is called synchronously, or never. */
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
 * If the peer has closed its half, delays the closing of the socket until its frames are answered. ws would close it at
 * once, in a listener that is not in `before`.
 */
function answerBeforeEnd(client: ClientSocket, connection: Duplex, before: ReadonlySet<unknown>): void {
  for (const listener of connection.listeners("end") as ((this: Duplex) => void)[]) {
    if (before.has(listener)) continue;
    connection.removeListener("end", listener);
    // `once` would keep two more objects. A connection ends only once.
    connection.on("end", () => {
      void client.answered().then(() => connection.destroyed || listener.call(connection));
    });
  }
}

const ignore = (): void => undefined;

function logSocket(log: AccessLog, trace: SocketTrace, client: ClientSocket): void {
  log(baseEntry(trace), "socket opened");
  client.on("close", (lastCode) => {
    const closeCode = client.firstCloseCode ?? lastCode;
    log({ ...baseEntry(trace), closeCode, ms: trace.ageMs, bytes: trace.sentBytes }, "socket closed");
  });
}

export type SocketServerOptions = {
  /** The largest frame, in bytes. */
  maxFrameBytes: number;
  timeouts: Timeouts;
  /** Called with a line when a socket opens and when it closes. Undefined if there is no access log. */
  access?: AccessLog | undefined;
};

/** A WebSocket server that takes over existing connections, and closes dead ones. */
export function createSocketServer({ maxFrameBytes, timeouts, access }: SocketServerOptions): SocketServer {
  const server = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, WebSocket: ClientSocket });
  server.on("headers", (headers, request) => {
    const id = requestIdOf(request);
    if (id !== undefined) headers.push(`x-request-id: ${id}`);
  });
  server.on("wsClientError", ({ message }, connection, request) => {
    const error = new AppError("BAD_REQUEST", `This is not a WebSocket handshake: ${message}.`);
    refuseConnection(connection, error, request);
    if (request instanceof TracedRequest)
      access?.({ ...baseEntry(request), status: error.httpStatus, ms: request.ageMs }, "request");
  });
  const pings = fairInterval(() => {
    for (const client of server.clients) client.checkAlive();
  }, timeouts.pingIntervalMs);
  const { stallTimeoutMs } = timeouts;

  /**
   * Limits the time of a client that ends its side without a closing handshake and does not take the waiting bytes. ws
   * would wait for ever until they are sent, and the keep-alive checks have stopped.
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
        // ws itself closes the socket with the right code. Without a listener the error would end the process.
        client.on("error", ignore);
        connection.on("end", cutUnlessClosed);
        const trace = request instanceof TracedRequest ? request.toSocketTrace() : undefined;
        if (access && trace) logSocket(access, trace, client);
        onOpen(client, trace);
      });
    },
    clients: server.clients,
    close() {
      pings.cancel();
      server.close();
      for (const client of server.clients) client.finish(closeCodes.restart);
      fairTimeout(() => {
        for (const client of server.clients) client.terminate();
      }, timeouts.closeTimeoutMs);
    },
  };
}
