import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import type { AccessLog } from "./access-log.ts";
import { baseEntry, refusedEntry, requestEntry } from "./access-log.ts";
import { fairTimeout } from "./fair-timer.ts";
import { isEndGuessed } from "./body-framing.ts";
import { brokenRequest, lateHeaders } from "./broken-request.ts";
import type { BufferBudget } from "./buffer-budget.ts";
import { openAccount } from "./connection-account.ts";
import { watchForDeadPeers } from "./dead-peers.ts";
import { createHeaderGrace } from "./header-grace.ts";
import { listen } from "./listen.ts";
import type { ConnectionTimes } from "./node-server.ts";
import { createNodeServer } from "./node-server.ts";
import { holdContinue, limitRest } from "./read-body.ts";
import { cutIfIdle, endAfter } from "./connection-end.ts";
import { holdToMinimumRate } from "./minimum-rate.ts";
import { refuseConnection } from "./refuse-connection.ts";
import { createOpenConnections } from "./open-connections.ts";
import { RequestQueue } from "./request-queue.ts";
import { sendError } from "./send.ts";
import { stalls } from "./stalls.ts";
import type { Report } from "./report.ts";
import type { TracedRequest } from "./traced-request.ts";
import { makeRequestId } from "./traced-request.ts";

export type HttpHandlers = {
  /** Counts the bytes that wait in memory for each connection. */
  budget: BufferBudget;
  /** Answers a request. An error that it throws is the answer. */
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Takes over a connection that asks to become a WebSocket. An error that it throws is the answer, in plain HTTP. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
  report: Report;
  /**
   * Called with a line for each request that has ended and each refused upgrade. Undefined if there is no access log.
   */
  access?: AccessLog | undefined;
  /** Called with each connection. */
  onConnection?: (socket: Socket) => void;
  times: ConnectionTimes;
  /** The interval of the checks for peers whose packets are lost, in milliseconds. */
  deadPeerMs: number;
};

export type HttpServer = {
  /** Starts to listen. @returns the address, with the actual port. Rejects if the port is taken. */
  listen(at: { host: string; port: number }): Promise<string>;
  /** The IP address on which it listens; undefined while it does not. */
  address(): string | undefined;
  /** Accepts no new connection, finishes pending answers and cuts connections that are still open after 5 seconds. */
  close(): Promise<void>;
};

/** The time for pending answers before their connections are cut, in milliseconds. */
const closeTimeoutMs = 5000;

/** A server on node:http that answers every fault of a connection in the product's own shape. */
export function createHttpServer({
  budget,
  answer,
  upgrade,
  report,
  access,
  onConnection,
  times,
  deadPeerMs,
}: HttpHandlers): HttpServer {
  const server = createNodeServer(times);
  stalls.watch();
  const connections = createOpenConnections();
  const stopWatching = watchForDeadPeers(
    () => connections.queues().flatMap(({ responses: [first] }) => first?.req.socket ?? []),
    deadPeerMs,
  );
  const rates = holdToMinimumRate(() => connections.sockets(), times.idleTimeoutMs);

  server.on("connection", (socket) => {
    onConnection?.(socket);
    openAccount(budget, socket);
    connections.add(socket);
  });

  /** Answers bytes that are not a request, or a request that this server does not support. */
  function refuse(socket: Socket, error: AppError): void {
    connections.leaveHttp(socket);
    report(error);
    const id = makeRequestId();
    access?.(refusedEntry(id, socket, error.httpStatus), "request");
    refuseConnection(socket, error, { id });
  }

  const grace = createHeaderGrace(times.headersMs, (socket) => refuse(socket, brokenRequest(lateHeaders)));
  const broken = new WeakSet<Duplex>();

  function answerRequest(request: TracedRequest, response: ServerResponse): void {
    // Node takes the socket from a request that its own stream functions destroy.
    const { socket } = request;
    const requests = connections.queueOf(socket) ?? new RequestQueue();
    if (access) request.begin();
    if (isEndGuessed(request)) response.shouldKeepAlive = false;
    response.on("close", () => {
      access?.(requestEntry(request, response), "request");
      requests.leave(response);
      if (!request.complete) limitRest(request, socket);
    });
    grace.end(socket);
    // Until its first request a connection has a longer timeout.
    if (socket.timeout !== times.idleTimeoutMs) socket.setTimeout(times.idleTimeoutMs);
    requests.enter(response, () => {
      if (access) request.beginAnswer();
      answer(request, response).catch((error: unknown) => {
        const appError = toAppError(error);
        report(appError, request);
        sendError(response, appError);
      });
    });
  }

  server.on("timeout", cutIfIdle);
  server.on("request", answerRequest);
  server.on("checkContinue", (request, response) => {
    holdContinue(request, () => response.writeContinue());
    answerRequest(request, response);
  });
  // This server knows no expectation but `100-continue`, and ignores others.
  server.on("checkExpectation", answerRequest);
  server.on("connect", (_request, socket) => {
    refuse(socket as Socket, new AppError("METHOD_NOT_SUPPORTED", "This server is no proxy."));
  });
  server.on("upgrade", (request, socket, head) => {
    connections.leaveHttp(socket);
    request.begin();
    socket.on("error", destroy);
    upgrade(request, socket, head).catch((error: unknown) => {
      const appError = toAppError(error);
      report(appError, request);
      refuseConnection(socket, appError, request);
      access?.({ ...baseEntry(request), status: appError.httpStatus, ms: request.ageMs }, "request");
    });
  });
  server.on("clientError", ({ code }: NodeJS.ErrnoException, socket: Socket) => {
    // A failed connection cannot take an answer.
    if (socket.destroyed || (code === lateHeaders && grace.takes(socket))) return;
    const unfinished = connections.queueOf(socket)?.responses ?? [];
    const isFirst = unfinished.length === 1 && unfinished[0]?.headersSent === false;
    if (unfinished.length === 0 || (isFirst && unfinished[0]?.req.complete === false)) {
      refuse(socket, brokenRequest(code));
    } else if (!broken.has(socket)) {
      // The fault follows a valid request. An error now would be read as the answer to that request, or as part of it.
      broken.add(socket);
      report(brokenRequest(code));
      endAfter(
        socket,
        unfinished.findLast(({ req }) => req.complete),
      );
    }
  });

  return {
    listen: (at) => listen(server, at, report),
    address() {
      const bound = server.address();
      return typeof bound === "object" ? bound?.address : undefined;
    },
    async close() {
      stopWatching();
      const ended = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // Otherwise the connections would be kept for other requests.
      for (const response of connections.queues().flatMap(({ responses }) => responses)) {
        response.on("close", () => setImmediate(() => connections.cutIdle()));
      }
      const cut = fairTimeout(() => server.closeAllConnections(), closeTimeoutMs);
      connections.cutIdle();
      await ended;
      // Node's server ends before its last connections emit `close`, and that event writes their access log lines.
      await connections.allClosed();
      rates.cancel();
      cut.cancel();
    },
  };
}

function destroy(this: Duplex): void {
  this.destroy();
}
