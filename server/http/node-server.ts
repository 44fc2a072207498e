import type { IncomingMessage, Server } from "node:http";
import { createServer } from "node:http";
import { TracedRequest } from "./traced-request.ts";

/** The time limits of a connection, in milliseconds. */
export type ConnectionTimes = {
  /**
   * The time without traffic after which a connection is cut. It is longer than any poll and any pause between
   * keep-alives.
   */
  idleTimeoutMs: number;
  /**
   * The time for which a connection without an unfinished answer is kept for its next request, as announced in
   * `Keep-Alive`.
   */
  keepAliveMs: number;
  /** The time for the headers of a request, from their first byte to their last. */
  headersMs: number;
};

/** A request that is sent just before the announced time ends takes a while to arrive, and is still answered. */
const keepAliveBufferMs = 2000;

/** Node's server, with this product's settings for connections. */
export function createNodeServer(times: ConnectionTimes): Server<typeof TracedRequest> {
  const { idleTimeoutMs, keepAliveMs, headersMs } = times;
  const server = createServer({
    IncomingMessage: TracedRequest,
    shouldUpgradeCallback: isWebSocket,
    requireHostHeader: false,
    // No stream is created for a request without a body: this saves a tenth of a short answer's time.
    optimizeEmptyRequests: true,
    headersTimeout: headersMs,
    // The time of a body is limited where the body is read. Other requests have no limit.
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
