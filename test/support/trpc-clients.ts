import type { TRPCClient } from "@trpc/client";
import { createTRPCClient, createWSClient, httpBatchLink, TRPCClientError, wsLink } from "@trpc/client";
import { WebSocket } from "ws";
import type { AppRouter } from "../../server/trpc/router.ts";

export type TypedClient = TRPCClient<AppRouter>;

/** tRPC's own client over HTTP. Calls of one tick are sent as one batch. */
export function createHttpClient(url: string): TypedClient {
  return createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${url}/trpc` })] });
}

/** tRPC's own client over one WebSocket, whose connections can be cut. */
export function createSocketClient(wsUrl: string): {
  client: TypedClient;
  /** Every socket that the client has opened so far. */
  sockets: WebSocket[];
  close: () => Promise<void>;
} {
  const sockets: WebSocket[] = [];
  class RememberedSocket extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      // The client handles it through its close event. Without a listener the error would be thrown.
      this.on("error", () => undefined);
      sockets.push(this);
    }
  }
  const socket = createWSClient({
    url: `${wsUrl}/trpc`,
    // tRPC asks for the browser's class; ws has its constructor, events and fields.
    WebSocket: RememberedSocket as unknown as typeof globalThis.WebSocket,
    retryDelayMs: () => 0,
  });
  return {
    client: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    sockets,
    close: () => socket.close(),
  };
}

/** The error of a refused call, or undefined if it was not refused. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ message: string; data: TRPCClientError<AppRouter>["data"] } | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    const { message, data } = error as TRPCClientError<AppRouter>;
    return { message, data };
  }
}
