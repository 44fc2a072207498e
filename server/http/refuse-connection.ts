import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { AppError } from "../contract/app-error.ts";
import { fairTimeout } from "./fair-timer.ts";
import type { Traced } from "./traced-request.ts";
import { apiHeaders, errorBody, retryHeaders } from "./send.ts";

/** The time for a peer to take the answer and to close its half of the connection, in milliseconds. */
const lingerMs = 2000;

/**
 * Answers an upgrade, or bytes that are not a request, with an error in plain HTTP, and ends the connection.
 *
 * @param request the request for the upgrade, or the id of the refusal
 */
export function refuseConnection(socket: Duplex, error: AppError, request?: Traced): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(errorBody(error, request));
  const status = error.httpStatus;
  const headers = {
    connection: "close",
    ...apiHeaders(request),
    ...retryHeaders([error.code], error.retryAfterSeconds),
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  endConnection(socket, `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}

/** Sends the last bytes of a connection, ends it, and ensures that it closes. */
export function endConnection(socket: Duplex, bytes = ""): void {
  socket.end(bytes);
  // No other timer watches the connection any more. A peer that does not close its half would keep it open for ever,
  // and prevent the server from stopping.
  const cut = fairTimeout(() => socket.destroy(), lingerMs);
  socket.on("close", () => cut.cancel()).resume();
}
