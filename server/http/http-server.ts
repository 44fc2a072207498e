import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AppError, toAppError } from "../domain/app-error.ts";
import type { AccessLog } from "./access-log.ts";
import { baseEntry, requestEntry } from "./access-log.ts";
import { fairTimeout } from "./fair-timer.ts";
import type { BufferBudget } from "./buffer-budget.ts";
import { openAccount } from "./connection-account.ts";
import { toListenError } from "./listen-error.ts";
import { refuseConnection } from "./refuse-connection.ts";
import { sendError } from "./send.ts";
import { stalls } from "./stalls.ts";
import type { Report } from "./report.ts";
import { TracedRequest } from "./traced-request.ts";

export type HttpHandlers = {
  /** Where what waits in memory for each connection is counted. */
  budget: BufferBudget;
  /** Answers a request. What it throws is answered as an error. */
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Takes over a connection that asks to become a WebSocket. What it throws is answered in plain HTTP. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>;
  report: Report;
  /** Takes a line for each request that has ended and each refused upgrade. Undefined: none is made. */
  access?: AccessLog | undefined;
  /** A connection on which nothing moves for so long is cut: longer than any poll and any pause between heartbeats. */
  idleTimeoutMs: number;
  /** How long a connection on which nothing is being answered is kept for its next request, as `Keep-Alive` says. */
  keepAliveMs: number;
};

export type HttpServer = {
  /** Starts to listen. @returns the address, with the port that was taken. Rejects if another has the port. */
  listen(at: { host: string; port: number }): Promise<string>;
  /** Takes no new connection, finishes the answers in flight and cuts what is still open after 5 seconds. */
  close(): Promise<void>;
};

/**
 * How many connections may wait to be taken; the system may allow fewer. With Node's own 511 those of a storm beyond that
 * wait for the second in which TCP tries again: 2,000 that came back at once had all caught up after 2.5 s, and not 1.6.
 */
const backlog = 4096;

/** A request that its client sends just before the announced time is up is on its way for a while, and is answered. */
const keepAliveBufferMs = 2000;

/** How long answers in flight may take before their connections are cut. */
const closeTimeoutMs = 5000;

/** node:http, with an answer in our own shape for whatever may come over a connection. */
export function createHttpServer({
  budget,
  answer,
  upgrade,
  report,
  access,
  idleTimeoutMs,
  keepAliveMs,
}: HttpHandlers): HttpServer {
  const server = createServer({
    IncomingMessage: TracedRequest,
    shouldUpgradeCallback: isWebSocket,
    requireHostHeader: false,
    // A request without a body ends as it begins, and no stream is run for it: a tenth of a short answer's time.
    optimizeEmptyRequests: true,
  });
  server.timeout = idleTimeoutMs;
  server.keepAliveTimeout = keepAliveMs;
  server.keepAliveTimeoutBuffer = keepAliveBufferMs;
  stalls.watch();
  /**
   * Those that speak HTTP and were not refused, each with its unfinished answers. Not one set of all answers: it would
   * grow a new table now and then, and V8 lets each old one keep alive, until a full collection, whatever was in it.
   */
  const connections = new Map<Duplex, ServerResponse[]>();

  server.on("connection", (socket) => {
    connections.set(socket, []);
    // One that has not asked for anything yet is kept like one that has been answered: load balancers open some ahead.
    socket.setTimeout(Math.max(idleTimeoutMs, keepAliveMs + keepAliveBufferMs));
    const account = openAccount(budget, socket);
    socket.on("close", () => account.close());
    socket.on("close", forget);
  });

  function forget(this: Duplex): void {
    connections.delete(this);
  }

  /** Ends what has no answer in flight. To Node a request that has begun to come in is one, even if no more of it comes. */
  function cutIdle(): void {
    for (const [socket, unfinished] of connections) if (unfinished.length === 0) socket.destroy();
  }

  function refuse(socket: Duplex, error: AppError): void {
    connections.delete(socket);
    refuseConnection(socket, error);
  }

  function answerRequest(request: TracedRequest, response: ServerResponse): void {
    const unfinished = connections.get(request.socket) ?? [];
    unfinished.push(response);
    response.on("close", () => {
      unfinished.splice(unfinished.indexOf(response), 1);
      access?.("request", requestEntry(request, response));
    });
    answer(request, response).catch((error: unknown) => {
      const appError = toAppError(error);
      report(appError, request);
      sendError(response, appError);
    });
  }

  server.on("timeout", cutIfIdle);
  server.on("request", answerRequest);
  // What a client expects beyond `100-continue` is nothing that we know of: it gets its answer all the same.
  server.on("checkExpectation", answerRequest);
  server.on("connect", (_request, socket) => {
    refuse(socket, new AppError("METHOD_NOT_SUPPORTED", "This server is no proxy."));
  });
  server.on("upgrade", (request, socket, head) => {
    connections.delete(socket);
    socket.on("error", destroy);
    upgrade(request, socket, head).catch((error: unknown) => {
      const appError = toAppError(error);
      report(appError, request);
      refuseConnection(socket, appError, request);
      access?.("request", { ...baseEntry(request), status: appError.httpStatus, ms: request.ageMs });
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const [response, ...others] = connections.get(socket) ?? [];
    if (response && (others.length > 0 || response.headersSent || response.req.complete)) {
      // The fault is in what follows a good request: an error now would be read as that one's answer, or as a part of it.
      socket.destroy();
      return;
    }
    refuse(socket, brokenRequest(error.code));
  });

  return {
    listen({ host, port }) {
      return new Promise((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) => {
          reject(toListenError(error, { host, port }));
        });
        server.listen({ port, host, backlog }, () => {
          server.removeAllListeners("error");
          // A connection that cannot be taken (no file handle left, say) is no reason to end those that are open.
          server.on("error", (error) => report(toAppError(error)));
          const address = server.address();
          const taken = typeof address === "object" && address ? address.port : port;
          resolve(`http://${host.includes(":") ? `[${host}]` : host}:${taken}`);
        });
      });
    },
    async close() {
      const ended = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // A stream has no end to wait for, and its client comes back by itself.
      for (const response of [...connections.values()].flat()) {
        if (isEventStream(response)) response.destroy();
        // Its connection would else be kept for a next request.
        else response.on("close", () => setImmediate(cutIdle));
      }
      const cut = fairTimeout(() => server.closeAllConnections(), closeTimeoutMs);
      cutIdle();
      await ended;
      cut.cancel();
    },
  };
}

/** Cuts a connection on which nothing moves, but not for a stall of our own: what has come in meanwhile is read first. */
function cutIfIdle(socket: Socket): void {
  const { bytesRead, bytesWritten, timeout } = socket;
  setImmediate(() => {
    if (socket.bytesRead !== bytesRead || socket.bytesWritten !== bytesWritten) return;
    if (timeout !== undefined && stalls.hasBeenSince(performance.now() - timeout)) socket.setTimeout(timeout);
    else socket.destroy();
  });
}

function destroy(this: Duplex): void {
  this.destroy();
}

/** What to say of bytes that Node's parser could not read, by the code of its error. */
function brokenRequest(code: string | undefined): AppError {
  if (code === "HPE_HEADER_OVERFLOW") {
    return new AppError("PAYLOAD_TOO_LARGE", "The request's headers are too large.");
  }
  if (code === "HPE_INVALID_URL") {
    return new AppError("BAD_REQUEST", "The path is not valid: percent-encode whatever is not plain ASCII.");
  }
  return new AppError("BAD_REQUEST", "This is not an HTTP request.");
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader("content-type")).startsWith("text/event-stream");
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}
