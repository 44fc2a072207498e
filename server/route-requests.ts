import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { AppError, toAppError } from "./domain/app-error.ts";
import type { Admit } from "./http/admission.ts";
import type { Report } from "./http/report.ts";
import type { RequestTarget } from "./http/request-target.ts";
import { readTarget } from "./http/request-target.ts";
import { sendText } from "./http/send.ts";
import type { StartingGate } from "./http/starting-gate.ts";
import { nameRoute } from "./http/traced-request.ts";
import { sendUpgradeRequired } from "./http/upgrade-required.ts";
import { livenessPath } from "./rest/health-routes.ts";
import type { RestDoor } from "./rest/rest-door.ts";
import type { TrpcHttpDoor } from "./trpc/http-door.ts";
import { sendTrpcError } from "./trpc/http-door.ts";
import type { SocketDoor } from "./trpc/ws-door.ts";
import type { ChatDoor } from "./ws/chat-door.ts";

export type RoutingOptions = {
  doors: { rest: RestDoor; trpcHttp: TrpcHttpDoor; trpcWs: SocketDoor; chat: ChatDoor };
  /** Called before any other work for a request. */
  admit: Admit;
  setCorsHeaders: (request: IncomingMessage, response: ServerResponse) => void;
  gate: StartingGate;
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  report: Report;
};

export type Routing = {
  /** Hands a request to the door that its address names. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Hands a connection to the WebSocket door that its address names. @throws {AppError} */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
};

/** Chooses the door for each address. The checks that hold for every door are made here. */
export function createRouting({
  doors,
  admit,
  setCorsHeaders,
  gate,
  stopping,
  report,
}: RoutingOptions): Routing {
  const { rest, trpcHttp, trpcWs, chat } = doors;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setCorsHeaders(request, response);
    const target = readTarget(request);
    try {
      admit(request, target);
      // A supervisor must not take a server for dead while it migrates a large file.
      if (!gate.isOpen && target.pathname !== livenessPath) await gate.pass();
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
    // The open sockets have been told to reconnect. A socket that opened now would not be told.
    if (stopping.aborted) throw new AppError("SERVICE_UNAVAILABLE", "The server is stopping: come back.");
    if (!gate.isOpen) await gate.pass();
    if (target.pathname === "/trpc") return trpcWs.upgrade(request, socket, head, target);
    if (isChat(target)) return chat.upgrade(request, socket, head, target);
    throw new AppError(
      "NOT_FOUND",
      `There is no WebSocket at ${target.pathname}: try /ws/{session_id} or /trpc.`,
    );
  }

  return { answer, upgrade };
}

function isChat({ pathname }: RequestTarget): boolean {
  return pathname.startsWith("/ws/") && !pathname.includes("/", "/ws/".length);
}

/** Whether a plain request needs an upgrade. A POST to `/trpc` is a call that names no procedure. */
function isForSocketAlone({ method }: IncomingMessage, target: RequestTarget): boolean {
  return isChat(target) || (target.pathname === "/trpc" && (method === "GET" || method === "HEAD"));
}

/** The name of a WebSocket's address in the log. */
function socketRouteOf(target: RequestTarget): string {
  return isChat(target) ? "/ws/{session_id}" : "/trpc";
}

function isTrpc({ pathname }: RequestTarget): boolean {
  return pathname === "/trpc" || pathname.startsWith("/trpc/");
}
