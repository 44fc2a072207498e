import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { isBlank } from "./send-stream.ts";
import type { TracedRequest } from "./traced-request.ts";

/** A line of the access log: an HTTP request that has ended, or the opening or closing of a WebSocket. */
export type AccessEntry = {
  /** `X-Request-Id` of the request, or of the upgrade that the socket began with. */
  id: string;
  method?: string;
  /** The pattern of the address; undefined where no door knows it. It holds no id of a session. */
  route: string | undefined;
  /** The address of the peer, which may be a proxy. */
  peer: string | undefined;
  /** The HTTP status. Of a request whose connection ended before an answer: 499. */
  status?: number;
  /** The WebSocket close code. */
  closeCode?: number;
  /** How long it took, or the socket was open, in milliseconds. */
  ms?: number;
  /** How many bytes were sent. */
  bytes?: number;
};

/** Takes a line of the access log. */
export type AccessLog = (what: "request" | "socket opened" | "socket closed", entry: AccessEntry) => void;

/** A request that its client left unanswered, as nginx numbers it. */
const clientLeft = 499;

/** The line of a request whose answer is out, or whose connection has ended. */
export function requestEntry(request: TracedRequest, response: ServerResponse): AccessEntry {
  return {
    ...baseEntry(request),
    status: response.headersSent && !isBlank(response) ? response.statusCode : clientLeft,
    ms: request.ageMs,
    bytes: request.sentBytes,
  };
}

/** What the lines of a request and of its socket have in common. */
export function baseEntry(request: TracedRequest): AccessEntry {
  const { id, method = "", route, peer } = request;
  return { id, method, route, peer };
}

/** The line of what came and is no request, or none that is answered here. */
export function refusedEntry(id: string, socket: Socket, status: number): AccessEntry {
  return { id, route: undefined, peer: socket.remoteAddress, status };
}
