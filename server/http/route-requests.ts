import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { AppError } from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import type { Admit } from "./admission.ts";
import type { Door } from "./door.ts";
import type { Report } from "./report.ts";
import type { RequestTarget } from "./request-target.ts";
import { sendText } from "./send.ts";
import type { StartingGate } from "./starting-gate.ts";
import { readTracedTarget } from "./traced-request.ts";

export type RoutingOptions = {
  /** The first door that serves an address gets the request. The last door serves every address. */
  doors: readonly Door[];
  /** Called before any other work for a request. */
  admit: Admit;
  setCorsHeaders: (request: IncomingMessage, response: ServerResponse) => void;
  gate: StartingGate;
  /** The path that is answered while the gate is closed: a supervisor must not consider a starting server dead. */
  livenessPath: string;
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  report: Report;
};

export type Routing = {
  /** Passes a request to the door of its address. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Passes a connection to the WebSockets of its address. @throws {AppError} */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
};

/** Chooses the door for each address, and makes the checks that hold for every door. */
export function createRouting({
  doors,
  admit,
  setCorsHeaders,
  gate,
  livenessPath,
  stopping,
  report,
}: RoutingOptions): Routing {
  function doorAt(target: RequestTarget): Door {
    const found = doors.find(({ at }) => at.test(target.pathname));
    if (!found) throw new TypeError(`No door is at ${target.pathname}.`);
    return found;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    setCorsHeaders(request, response);
    const target = readTracedTarget(request);
    const door = doorAt(target);
    try {
      admit(request, target);
      if (!gate.isOpen && target.pathname !== livenessPath) await gate.pass();
    } catch (error) {
      if (!door.refuse) throw error;
      const refusal = toAppError(error);
      report(refusal, request);
      return door.refuse(response, refusal);
    }
    if (request.method === "OPTIONS") return answerOptions(response, door.methodsAt(target));
    return door.answer(request, response, target);
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const target = readTracedTarget(request);
    const { sockets } = doorAt(target);
    const found = sockets?.at.test(target.pathname) ? sockets : undefined;
    if (found) target.route = found.route;
    admit(request, target);
    // The open sockets were asked to reconnect. A socket that opened now would not be asked.
    if (stopping.aborted) throw new AppError("SERVICE_UNAVAILABLE", "The server is stopping: come back.");
    if (!gate.isOpen) await gate.pass();
    if (found) return found.upgrade(request, socket, head, target);
    const routes = doors.flatMap((door) => door.sockets?.route ?? []).join(" or ");
    throw new AppError("NOT_FOUND", `There is no WebSocket at ${target.pathname}: try ${routes}.`);
  }

  return { answer, upgrade };
}

function answerOptions(response: ServerResponse, methods: readonly string[]): void {
  const allow = [...methods, "OPTIONS"].join(", ");
  sendText(response, 204, undefined, methods.length > 0 ? { allow } : {});
}
