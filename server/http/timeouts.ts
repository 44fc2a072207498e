/** The times for which the server waits for a peer before it treats the peer as dead or too slow, in milliseconds. */
export type Timeouts = {
  /** For a sign of life from a WebSocket. A quiet socket is pinged at this interval. */
  pingIntervalMs: number;
  /** For an event, in a poll. A poll may ask to wait for a shorter time. */
  pollMs: number;
  /** For the next request of a connection without a pending answer. */
  keepAliveMs: number;
  /** For the headers of a request, from their first byte to their last. */
  headersMs: number;
  /** For a peer to acknowledge bytes that were sent to it over HTTP: the interval of the checks. */
  deadPeerMs: number;
  /** For a peer to take any of the bytes that wait for it. An HTTP connection has twice this time. */
  stallTimeoutMs: number;
  /** For the connection parameters that a tRPC socket has announced. */
  connectionParamsMs: number;
  /** For what the writer of a reply sends next: then the reply ends as `interrupted`. */
  replyLeaseMs: number;
  /** For an assistant to begin a reply, in a stream that waits for it. */
  replyWaitMs: number;
  /** For the peer's part of a closing handshake, when the server stops. */
  closeTimeoutMs: number;
};

export const defaultTimeouts: Timeouts = {
  pingIntervalMs: 20_000,
  pollMs: 25_000,
  keepAliveMs: 65_000,
  headersMs: 10_000,
  deadPeerMs: 60_000,
  stallTimeoutMs: 30_000,
  connectionParamsMs: 10_000,
  replyLeaseMs: 30_000,
  replyWaitMs: 60_000,
  closeTimeoutMs: 2_000,
};
