import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import type { OpenOptions } from "../db/open-database.ts";
import { openDatabase } from "../db/open-database.ts";
import { maxBodyBytes } from "./contract/limits.ts";
import { AppError, toAppError } from "./domain/app-error.ts";
import type { Desk } from "./domain/desk.ts";
import { LiveHub } from "./domain/live-hub.ts";
import { createCors } from "./http/cross-origin.ts";
import type { OriginPolicy } from "./http/origin-policy.ts";
import { refuseConnection } from "./http/refuse-upgrade.ts";
import type { RequestTarget } from "./http/request-target.ts";
import { readTarget } from "./http/request-target.ts";
import { sendError, sendText } from "./http/send.ts";
import { createRestDoor } from "./rest/rest-door.ts";
import packageFile from "../package.json" with { type: "json" };
import { createTrpcHttpDoor } from "./trpc/http-door.ts";
import { appRouter } from "./trpc/router.ts";
import { createTrpcWsDoor } from "./trpc/ws-door.ts";
import { createChatDoor } from "./ws/chat-door.ts";

export type AppOptions = {
  database: OpenOptions;
  allowsOrigin: OriginPolicy;
  maxMessageChars: number;
  logger: Logger;
  now?: () => Date;
  newSessionId?: () => string;
};

export type App = {
  /** Starts to listen. @returns the address, with the port that was taken. */
  listen(at: { host: string; port: number }): Promise<string>;
  /** Takes no new work, tells the sockets to come back, finishes the answers in flight and closes the database. */
  close(): Promise<void>;
  /** What is open, for whoever watches the process. */
  counts(): { trpcSockets: number; chatSockets: number; followers: number };
};

/** How long answers in flight and closing handshakes may take before their connections are cut. */
const closeTimeoutMs = 5000;

/** The whole product behind one port: every door over one database. */
export async function createApp(options: AppOptions): Promise<App> {
  const { logger, allowsOrigin } = options;
  const database = await openDatabase(options.database);
  const stop = new AbortController();
  const desk: Desk = {
    database,
    hub: new LiveHub(),
    now: options.now ?? (() => new Date()),
    newSessionId: options.newSessionId ?? (() => randomUUIDv7()),
    stopping: stop.signal,
    maxMessageChars: options.maxMessageChars,
  };
  const bodyBytes = maxBodyBytes(options.maxMessageChars);
  const report = (error: AppError): void => {
    if (error.httpStatus >= 500) logger.error({ err: error.cause ?? error }, error.message);
    else logger.debug({ code: error.code }, error.message);
  };
  const doors = { desk, router: appRouter, maxBodyBytes: bodyBytes, report };
  const rest = createRestDoor({ ...doors, version: packageFile.version });
  const trpcHttp = createTrpcHttpDoor(doors);
  const trpcWs = createTrpcWsDoor(doors);
  const chat = createChatDoor({ desk, maxFrameBytes: bodyBytes, report });
  const setCorsHeaders = createCors(allowsOrigin);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = readTarget(request);
    setCorsHeaders(request, response);
    if (request.method === "OPTIONS") return answerOptions(response, target);
    if (isTrpc(target)) return trpcHttp(request, response, target);
    return rest.answer(request, response, target);
  }

  function answerOptions(response: ServerResponse, target: RequestTarget): void {
    const methods = isTrpc(target) ? ["GET", "POST"] : rest.methodsOf(target.pathname);
    sendText(
      response,
      204,
      undefined,
      methods.length > 0 ? { allow: [...methods, "OPTIONS"].join(", ") } : {},
    );
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { origin } = request.headers;
    const target = readTarget(request);
    if (origin !== undefined && !allowsOrigin(origin)) {
      throw new AppError("FORBIDDEN", `Pages of ${origin} may not connect: CORS_ORIGINS does not name it.`);
    }
    if (target.pathname === "/trpc") return trpcWs.upgrade(request, socket, head, target);
    if (/^\/ws\/[^/]*$/.test(target.pathname)) return chat.upgrade(request, socket, head, target);
    throw new AppError(
      "NOT_FOUND",
      `There is no WebSocket at ${target.pathname}: try /ws/{session_id} or /trpc.`,
    );
  }

  const server = createServer({ shouldUpgradeCallback: isWebSocket, requireHostHeader: false });
  const unfinished = new Set<ServerResponse>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    unfinished.add(response);
    response.on("close", () => unfinished.delete(response));
    answer(request, response).catch((error: unknown) => {
      const appError = toAppError(error);
      report(appError);
      sendError(response, appError);
    });
  };
  server.on("request", onRequest);
  // What a client expects beyond `100-continue` is nothing that we know of: it gets its answer all the same.
  server.on("checkExpectation", onRequest);
  server.on("connect", (_request, socket) => {
    refuseConnection(socket, new AppError("METHOD_NOT_SUPPORTED", "This server is no proxy."));
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    upgrade(request, socket, head).catch((error: unknown) => {
      const appError = toAppError(error);
      report(appError);
      refuseConnection(socket, appError);
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const [response, ...others] = [...unfinished].filter(({ req }) => req.socket === socket);
    if (response && (others.length > 0 || response.headersSent || response.req.complete)) {
      // The fault is in what follows a good request: an error now would be read as that one's answer, or as a part of it.
      socket.destroy();
      return;
    }
    refuseConnection(socket, brokenRequest(error.code));
  });

  async function close(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    stop.abort();
    trpcWs.close();
    chat.close();
    // A stream has no end to wait for, and its client comes back by itself.
    for (const response of unfinished) if (isEventStream(response)) response.destroy();
    const cut = setTimeout(() => server.closeAllConnections(), closeTimeoutMs);
    server.closeIdleConnections();
    await ended;
    clearTimeout(cut);
    await database.close();
  }

  let closed: Promise<void> | undefined;
  return {
    listen: (at) => listen(server, at),
    close: () => (closed ??= close()),
    counts: () => ({ trpcSockets: trpcWs.size, chatSockets: chat.size, followers: desk.hub.size }),
  };
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

function isTrpc({ pathname }: RequestTarget): boolean {
  return pathname === "/trpc" || pathname.startsWith("/trpc/");
}

function isEventStream(response: ServerResponse): boolean {
  return String(response.getHeader("content-type")).startsWith("text/event-stream");
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      const taken = typeof address === "object" && address ? address.port : port;
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${taken}`);
    });
  });
}
