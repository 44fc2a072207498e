import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:http";
import { TracedRequest } from "./traced-request.ts";

/** The time limits of a connection, in milliseconds. */
export type ConnectionTimes = {
  /** After this time without movement a connection is cut. It is longer than any poll and any pause between heartbeats. */
  idleTimeoutMs: number;
  /** How long a connection without an unfinished answer is kept for its next request, as `Keep-Alive` announces. */
  keepAliveMs: number;
  /** How long the headers of a request may take from their first byte to their last. */
  headersMs: number;
};

/** A request that was sent just before the announced time is up takes a while to arrive, and is answered. */
const keepAliveBufferMs = 2000;

/** Node's server, with this product's treatment of connections. */
export function createNodeServer(times: ConnectionTimes): Server<typeof TracedRequest> {
  const { idleTimeoutMs, keepAliveMs, headersMs } = times;
  const server = createServer({
    IncomingMessage: TracedRequest,
    shouldUpgradeCallback: isWebSocket,
    requireHostHeader: false,
    // No stream is run for a request without a body: this saves a tenth of a short answer's time.
    optimizeEmptyRequests: true,
    headersTimeout: headersMs,
    // Bodies are timed where they are read: other requests may last as long as they like.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, headersMs),
  });
  // A client that has closed its half of the connection still gets its answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.timeout = idleTimeoutMs;
  server.keepAliveTimeout = keepAliveMs;
  server.keepAliveTimeoutBuffer = keepAliveBufferMs;
  // A connection without a first request is kept as long as one between requests: load balancers open some ahead.
  const firstRequestMs = Math.max(idleTimeoutMs, keepAliveMs + keepAliveBufferMs);
  server.on("connection", (socket) => socket.setTimeout(firstRequestMs));
  return server;
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}
