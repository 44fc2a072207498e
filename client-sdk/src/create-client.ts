import type { TRPCLink, TRPCWebSocketClient } from "@trpc/client";
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, wsLink } from "@trpc/client";
import type { AppRouter } from "../../server/trpc/router.ts";
import { addressesOf } from "./chat/connection/addresses.ts";
import type { WebSocketClass } from "./chat/connection/carrier.ts";
import type { FetchLike } from "./fetch-like.ts";
import { asFetch } from "./fetch-like.ts";
import type { Client } from "./types.ts";

export type ClientOptions = {
  /** Where the server is, such as `http://localhost:8000`. A path before the API's own is kept. Absolute, but on a web page. */
  url: string | URL;
  /** Gives the bearer token. It is asked for each connection and each request. */
  token?: () => string | Promise<string>;
  /** Stands in for the platform's `fetch`. */
  fetch?: FetchLike;
  /** Stands in for the platform's `WebSocket`, which Node has from version 22 on; only subscriptions need it. */
  WebSocket?: WebSocketClass;
};

/** Longer addresses meet the limits of servers and proxies; a batch is split before it. */
const maxUrlChars = 8000;

/** The socket is closed this long after its last subscription ended, so that it keeps no program from ending. */
const idleSocketMs = 1000;

/** The answer to a ping waits behind the frame that is coming in, and a snapshot of long messages takes a thin line long. */
const pongTimeoutMs = 30_000;

/**
 * A client of an AI Desk server. Queries and mutations go over HTTP, those of one tick in one request; subscriptions
 * share one WebSocket, which is opened with the first of them, comes back by itself, and resumes each from its position.
 *
 * Calls reject with a `ClientError`, whose `data.code` is an `ErrorCode`.
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
      // tRPC asks for the browser's class, and uses the part of it that this one has.
      ...(WebSocket && { WebSocket: WebSocket as unknown as typeof globalThis.WebSocket }),
      ...(token && { connectionParams: async () => ({ token: await token() }) }),
      lazy: { enabled: true, closeMs: idleSocketMs },
      keepAlive: { enabled: true, intervalMs: 30_000, pongTimeoutMs },
    });
    return wsLink({ client: connection });
  });
  const client = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: overSocket,
        false: httpBatchLink({
          url: `${base}trpc`,
          maxURLLength: maxUrlChars,
          ...(token && { headers: async () => ({ authorization: `Bearer ${await token()}` }) }),
          // tRPC says in a type of its own what it hands over, and it is the platform's.
          ...(fetch && { fetch: (input, init) => asFetch(fetch)(String(input), init as never) }),
        }),
      }),
    ],
  });
  // It resolves when an attempt to connect is over, which may take minutes.
  return { client, close: () => void connection?.close() };
}

/** Made when it is first used: where there is no `WebSocket` at all, everything but subscriptions works. */
function lazyLink(make: () => TRPCLink<AppRouter>): TRPCLink<AppRouter> {
  return (runtime) => {
    let link: ReturnType<TRPCLink<AppRouter>> | undefined;
    return (operation) => (link ??= make()(runtime))(operation);
  };
}
