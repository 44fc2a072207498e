import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:http";
import { TracedRequest } from "./traced-request.ts";

/** How long what waits on a connection, in milliseconds. */
export type ConnectionTimes = {
  /** A connection on which nothing moves for so long is cut: longer than any poll and any pause between heartbeats. */
  idleTimeoutMs: number;
  /** How long a connection on which nothing is being answered is kept for its next request, as `Keep-Alive` says. */
  keepAliveMs: number;
  /** How long the headers of a request may take from their first byte to their last. */
  headersMs: number;
};

/** A request that its client sends just before the announced time is up is on its way for a while, and is answered. */
const keepAliveBufferMs = 2000;

/** Node's server, as it is to treat connections. */
export function createNodeServer(times: ConnectionTimes): Server<typeof TracedRequest> {
  const { idleTimeoutMs, keepAliveMs, headersMs } = times;
  const server = createServer({
    IncomingMessage: TracedRequest,
    shouldUpgradeCallback: isWebSocket,
    requireHostHeader: false,
    // A request without a body ends as it begins, and no stream is run for it: a tenth of a short answer's time.
    optimizeEmptyRequests: true,
    headersTimeout: headersMs,
    // A body is given its time where it is read: other requests are to go on for as long as they like.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, headersMs),
  });
  // A client that has said all it has to say, and has closed its half, is answered all the same.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.timeout = idleTimeoutMs;
  server.keepAliveTimeout = keepAliveMs;
  server.keepAliveTimeoutBuffer = keepAliveBufferMs;
  // One that has not asked for anything yet is kept like one that has been answered: load balancers open some ahead.
  const firstRequestMs = Math.max(idleTimeoutMs, keepAliveMs + keepAliveBufferMs);
  server.on("connection", (socket) => socket.setTimeout(firstRequestMs));
  return server;
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}
