import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isBlank } from "./send-stream.ts";
import type { SocketTrace } from "./socket-trace.ts";
import type { TracedRequest } from "./traced-request.ts";

/** A line of the access log: an HTTP request that has ended, or the opening or closing of a WebSocket. */
export type AccessEntry = {
  /** The `X-Request-Id` of the request, or of the upgrade that opened the socket. */
  id: string;
  method?: string;
  /** The pattern of the address, without the ids in it; undefined if no door knows the address. */
  route: string | undefined;
  /** The address of the peer, which may be a proxy. */
  peer: string | undefined;
  /** The HTTP status; 499 if the connection ended before an answer. */
  status?: number;
  /** The close code of the side that closed the WebSocket first; 1006 if the connection ended without one. */
  closeCode?: number;
  /** The duration of the answer, or the time for which the socket was open, in milliseconds. */
  ms?: number;
  /** The number of sent bytes. */
  bytes?: number;
};

/** Writes a line of the access log. */
export type AccessLog = (entry: AccessEntry, what: "request" | "socket opened" | "socket closed") => void;

/** nginx's status for a request whose client left before the answer. */
const clientLeft = 499;

/** The entry of a request that is answered, or whose connection has ended. */
export function requestEntry(request: TracedRequest, response: ServerResponse): AccessEntry {
  return {
    ...baseEntry(request),
    status: response.headersSent && !isBlank(response) ? response.statusCode : clientLeft,
    ms: request.ageMs,
    bytes: request.sentBytes,
  };
}

/** The fields that the entries of a request and of its socket have in common. */
export function baseEntry(request: TracedRequest | SocketTrace): AccessEntry {
  const { id, method = "", route, peer } = request;
  return { id, method, route, peer };
}

/** The entry of bytes that are not a request, or of a request that this server does not support. */
export function refusedEntry(id: string, socket: Socket, status: number): AccessEntry {
  return { id, route: undefined, peer: socket.remoteAddress, status };
}
