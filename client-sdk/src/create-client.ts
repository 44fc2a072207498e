import type { TRPCClient, TRPCLink } from "@trpc/client";
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, wsLink } from "@trpc/client";
import type { AppRouter } from "../../server/trpc/router.ts";

export type ClientOptions = {
  /** Where the server is, such as `http://localhost:8000`; a path before the API's own is kept. Absolute. */
  url: string | URL;
  /** Stands in for the platform's `fetch`. */
  fetch?: typeof fetch;
  /** Stands in for the platform's `WebSocket`, which Node has from version 22 on; only subscriptions need it. */
  WebSocket?: typeof WebSocket;
};

/** The contract, typed: `client.message.add.mutate({…})`, `client.session.onEvent.subscribe({…}, {…})`. */
export type Client = TRPCClient<AppRouter>;

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
export function createClient({ url, fetch, WebSocket }: ClientOptions): Client {
  const base = new URL(url);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  const http = new URL("trpc", base);
  const ws = new URL(http);
  ws.protocol = http.protocol === "https:" ? "wss:" : "ws:";
  const overSocket = lazyLink(() =>
    wsLink({
      client: createWSClient({
        url: ws.href,
        ...(WebSocket && { WebSocket }),
        lazy: { enabled: true, closeMs: idleSocketMs },
        keepAlive: { enabled: true, intervalMs: 30_000, pongTimeoutMs },
      }),
    }),
  );
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: overSocket,
        false: httpBatchLink({
          url: http.href,
          maxURLLength: maxUrlChars,
          // tRPC says in a type of its own what it hands over, and it is the platform's.
          ...(fetch && { fetch: (input: string | URL | Request, init) => fetch(input, init as RequestInit) }),
        }),
      }),
    ],
  });
}

/** Made when it is first used: where there is no `WebSocket` at all, everything but subscriptions works. */
function lazyLink(make: () => TRPCLink<AppRouter>): TRPCLink<AppRouter> {
  return (runtime) => {
    let link: ReturnType<TRPCLink<AppRouter>> | undefined;
    return (operation) => (link ??= make()(runtime))(operation);
  };
}
