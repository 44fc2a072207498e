import type { TRPCLink, TRPCWebSocketClient } from "@trpc/client";
import { createTRPCClient, createWSClient, httpBatchLink, httpLink, splitLink, wsLink } from "@trpc/client";
import type { AppRouter } from "../../server/trpc/router.ts";
import { addressesOf } from "./chat/connection/addresses.ts";
import type { WebSocketClass } from "./chat/connection/carrier.ts";
import type { FetchLike } from "./fetch-like.ts";
import { asFetch } from "./fetch-like.ts";
import type { Client } from "./types.ts";

export type ClientOptions = {
  /**
   * The server's address, such as `http://localhost:8000`. A path before the API's own is kept. It is absolute; on a
   * web page it may be relative.
   */
  url: string | URL;
  /** Returns the bearer token. It is called for each connection and each request. */
  token?: () => string | Promise<string>;
  /** Replaces the platform's `fetch`. */
  fetch?: FetchLike;
  /** Replaces the platform's `WebSocket`, which Node has from version 22 on. Only subscriptions need it. */
  WebSocket?: WebSocketClass;
};

/** Servers and proxies refuse longer addresses; a batch is split before that length. */
const maxUrlChars = 8000;

/**
 * The time after its last subscription at which the socket closes, in milliseconds, so that it does not keep a program
 * from ending.
 */
const idleSocketMs = 1000;

/**
 * The answer to a ping waits behind a frame that is arriving, and a snapshot of long messages takes long on a slow
 * line.
 */
const pongTimeoutMs = 30_000;

/**
 * A client of an AI Desk server. Queries and mutations use HTTP; those of one tick share a request. Subscriptions share
 * one WebSocket. It opens with the first subscription, reconnects by itself, and resumes each subscription from its
 * position.
 *
 * Calls reject with a `ClientError`, whose `data.code` is an `ErrorCode`.
 *
 * @throws {TypeError} if `url` is not an address of HTTP
 */
export function createClient(options: ClientOptions): Client {
  return openClient(options).client;
}

/** A client with a function that ends its subscriptions and closes its WebSocket. */
export function openClient({ url, token, fetch, WebSocket }: ClientOptions): {
  client: Client;
  close: () => void;
} {
  const { base, socket } = addressesOf(url);
  let connection: TRPCWebSocketClient | undefined;
  const overSocket = lazyLink(() => {
    connection = createWSClient({
      url: socket,
      // tRPC's type is the browser's class; tRPC uses only the part that this class has.
      ...(WebSocket && { WebSocket: WebSocket as unknown as typeof globalThis.WebSocket }),
      ...(token && { connectionParams: async () => ({ token: await token() }) }),
      lazy: { enabled: true, closeMs: idleSocketMs },
      keepAlive: { enabled: true, intervalMs: 30_000, pongTimeoutMs },
    });
    return wsLink({ client: connection });
  });
  const overHttp = {
    url: `${base}trpc`,
    ...(token && { headers: async () => ({ authorization: `Bearer ${await token()}` }) }),
    // tRPC passes the platform's arguments under types of its own.
    ...(fetch && {
      fetch: (input: unknown, init?: unknown) => asFetch(fetch)(String(input), init as never),
    }),
  };
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: overSocket,
        false: splitLink({
          // The calls of a person must not wait for a signal, which may be refused.
          condition: ({ path }) => path === "session.signal",
          true: httpLink(overHttp),
          false: httpBatchLink({ ...overHttp, maxURLLength: maxUrlChars }),
        }),
      }),
    ],
  });
  // `close` resolves when a pending attempt to connect is over, which may take minutes.
  return { client, close: () => void connection?.close() };
}

/** Creates the link at its first use: without a `WebSocket`, everything but subscriptions works. */
function lazyLink(make: () => TRPCLink<AppRouter>): TRPCLink<AppRouter> {
  return (runtime) => {
    let link: ReturnType<TRPCLink<AppRouter>> | undefined;
    return (operation) => (link ??= make()(runtime))(operation);
  };
}
