import { randomUUIDv7 } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import packageFile from "../package.json" with { type: "json" };
import type { OpenOptions } from "../db/open-database.ts";
import { AppDatabase } from "./app-database.ts";
import { maxBodyBytes } from "./contract/limits.ts";
import { AppError, toAppError } from "./domain/app-error.ts";
import type { Desk } from "./domain/desk.ts";
import { heedOthers } from "./domain/heed-others.ts";
import { LiveHub } from "./domain/live-hub.ts";
import type { AccessLog } from "./http/access-log.ts";
import { createAdmission } from "./http/admission.ts";
import type { Bounds } from "./http/bounds.ts";
import { defaultBounds } from "./http/bounds.ts";
import { BufferBudget } from "./http/buffer-budget.ts";
import { createCors } from "./http/cross-origin.ts";
import { maxHeartbeatMs } from "./http/event-stream.ts";
import { createHttpServer } from "./http/http-server.ts";
import type { HostPolicy } from "./http/host-policy.ts";
import type { OriginPolicy } from "./http/origin-policy.ts";
import type { RequestTarget } from "./http/request-target.ts";
import { readTarget } from "./http/request-target.ts";
import { sendText } from "./http/send.ts";
import { nameRoute } from "./http/traced-request.ts";
import type { Patience } from "./http/socket-server.ts";
import { defaultPatience } from "./http/socket-server.ts";
import { StartingGate } from "./http/starting-gate.ts";
import { sendUpgradeRequired } from "./http/upgrade-required.ts";
import { createReport } from "./report-errors.ts";
import { createRestDoor } from "./rest/rest-door.ts";
import { createTrpcHttpDoor, sendTrpcError } from "./trpc/http-door.ts";
import { appRouter } from "./trpc/router.ts";
import { createTrpcWsDoor } from "./trpc/ws-door.ts";
import { createChatDoor } from "./ws/chat-door.ts";

export type AppOptions = {
  database: OpenOptions;
  /** Which names of hosts requests may be addressed to. */
  hosts: HostPolicy;
  /** Which web pages may use it. */
  origins: OriginPolicy;
  maxMessageChars: number;
  /** How many readers a session may have at a time, over all doors. */
  maxReadersPerSession: number;
  /** How many subscriptions one tRPC socket may have at a time. */
  maxSubscriptionsPerSocket: number;
  bounds?: Partial<Bounds>;
  logger: Logger;
  patience?: Partial<Patience>;
  now?: () => Date;
  newSessionId?: () => string;
};

export type App = {
  /**
   * Takes the port, then opens the database: a port that is taken leaves the file as it was. Requests that come meanwhile wait
   * up to a second, then they get 503. A start that fails gives the port back.
   *
   * @returns the address, with the port that was taken, once the server is ready
   */
  listen(at: { host: string; port: number }): Promise<string>;
  /** Takes no new work, tells the sockets to come back, finishes the answers in flight and closes the database. */
  close(): Promise<void>;
  /** What is open, for whoever watches the process. */
  counts(): { trpcSockets: number; chatSockets: number; followers: number };
};

/** The whole product behind one port: every door over one database. */
export function createApp(options: AppOptions): App {
  const { logger, hosts, origins } = options;
  const database = new AppDatabase(options.database, logger);
  const stop = new AbortController();
  const patience = { ...defaultPatience, ...options.patience };
  const desk: Desk = {
    get database() {
      return database.opened;
    },
    hub: new LiveHub(),
    now: options.now ?? (() => new Date()),
    newSessionId: options.newSessionId ?? (() => randomUUIDv7()),
    stopping: stop.signal,
    maxMessageChars: options.maxMessageChars,
    maxReadersPerSession: options.maxReadersPerSession,
    pollMs: patience.pollMs,
  };
  const bodyBytes = maxBodyBytes(options.maxMessageChars);
  const report = createReport(logger);
  const access: AccessLog | undefined = logger.isLevelEnabled("info")
    ? (what, entry) => logger.info(entry, what)
    : undefined;
  const heartbeatMs = Math.min(maxHeartbeatMs, patience.pingIntervalMs);
  const bounds = { ...defaultBounds, ...options.bounds };
  // One message can always be answered, and more than one answer at a time.
  const maxAnswerBytes = Math.max(bounds.maxAnswerBytes, bodyBytes);
  const budget = new BufferBudget(Math.max(bounds.maxBufferedBytes, 2 * maxAnswerBytes));
  const doors = { desk, router: appRouter, maxBodyBytes: bodyBytes, maxAnswerBytes, report };
  const rest = createRestDoor({ ...doors, heartbeatMs, version: packageFile.version });
  const trpcHttp = createTrpcHttpDoor({ ...doors, heartbeatMs });
  const trpcWs = createTrpcWsDoor({
    ...doors,
    patience,
    maxSubscriptions: options.maxSubscriptionsPerSocket,
    access,
  });
  const chat = createChatDoor({ desk, maxFrameBytes: bodyBytes, patience, report, access });
  const setCorsHeaders = createCors(origins);
  const admit = createAdmission({
    hosts,
    origins,
    isPage: (pathname) => rest.isPage(pathname),
    warn: (details, sentence) => logger.warn(details, sentence),
  });
  const gate = new StartingGate();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = readTarget(request);
    setCorsHeaders(request, response);
    try {
      admit(request, target);
      if (!gate.isOpen) await gate.pass();
    } catch (error) {
      if (!isTrpc(target)) throw error;
      const refusal = toAppError(error);
      report(refusal, request);
      return sendTrpcError(response, refusal);
    }
    if (request.method === "OPTIONS") return answerOptions(response, target);
    if (isForSocketAlone(request, target)) {
      nameRoute(request, socketRouteOf(target));
      return sendUpgradeRequired(response);
    }
    if (isTrpc(target)) return trpcHttp(request, response, target);
    return rest.answer(request, response, target);
  }

  function answerOptions(response: ServerResponse, target: RequestTarget): void {
    const methods = isTrpc(target)
      ? ["GET", "POST"]
      : isChat(target)
        ? ["GET"]
        : rest.methodsOf(target.pathname);
    sendText(
      response,
      204,
      undefined,
      methods.length > 0 ? { allow: [...methods, "OPTIONS"].join(", ") } : {},
    );
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = readTarget(request);
    if (target.pathname === "/trpc" || isChat(target)) nameRoute(request, socketRouteOf(target));
    admit(request, target);
    // Those that were told to come back have been told; one more would be left open.
    if (stop.signal.aborted) throw new AppError("SERVICE_UNAVAILABLE", "The server is stopping: come back.");
    if (!gate.isOpen) await gate.pass();
    if (target.pathname === "/trpc") return trpcWs.upgrade(request, socket, head, target);
    if (isChat(target)) return chat.upgrade(request, socket, head, target);
    throw new AppError(
      "NOT_FOUND",
      `There is no WebSocket at ${target.pathname}: try /ws/{session_id} or /trpc.`,
    );
  }

  const server = createHttpServer({
    budget,
    answer,
    upgrade,
    report,
    access,
    times: { ...patience, idleTimeoutMs: 2 * patience.stallTimeoutMs },
    deadPeerMs: patience.deadPeerMs,
  });

  async function listen(at: { host: string; port: number }): Promise<string> {
    const url = await server.listen(at);
    try {
      await database.open(stop.signal);
      stop.signal.throwIfAborted();
      await heedOthers(desk);
    } catch (error) {
      await close();
      throw error;
    }
    gate.open();
    return url;
  }

  async function stopAll(): Promise<void> {
    stop.abort();
    gate.close();
    trpcWs.close();
    chat.close();
    await server.close();
    await database.close();
  }

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= stopAll());
  return {
    listen,
    close,
    counts: () => ({ trpcSockets: trpcWs.size, chatSockets: chat.size, followers: desk.hub.size }),
  };
}

function isChat({ pathname }: RequestTarget): boolean {
  return pathname.startsWith("/ws/") && !pathname.includes("/", "/ws/".length);
}

/** Whether a plain request is for what only an upgrade gives. At `/trpc` a handshake keeps its key when it loses `Upgrade`. */
function isForSocketAlone({ headers }: IncomingMessage, target: RequestTarget): boolean {
  return isChat(target) || (target.pathname === "/trpc" && headers["sec-websocket-key"] !== undefined);
}

/** What the log calls the address of a WebSocket. */
function socketRouteOf(target: RequestTarget): string {
  return isChat(target) ? "/ws/{session_id}" : "/trpc";
}

function isTrpc({ pathname }: RequestTarget): boolean {
  return pathname === "/trpc" || pathname.startsWith("/trpc/");
}
