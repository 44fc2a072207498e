import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { AppError } from "../domain/app-error.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { createSocketServer, withinSendBudget } from "../http/socket-server.ts";
import { fromTRPCError } from "./to-error-shape.ts";
import type { TrpcDoorOptions } from "./http-door.ts";
import { maxBatchSize, simplifyAddress } from "./http-door.ts";

/** A quiet socket is asked for a sign of life this often, and closed if none comes in time. */
const keepAlive = { enabled: true, pingMs: 30_000, pongWaitMs: 5_000 };

export type SocketDoor = {
  /** Takes over a connection whose request has been found good. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, target: RequestTarget): void;
  /** Asks the clients to come back elsewhere, and closes their sockets with 1012. */
  close(): void;
  /** How many sockets are open. */
  readonly size: number;
};

/** tRPC over WebSocket: subscriptions, and calls beside them. */
export function createTrpcWsDoor({ desk, router, maxBodyBytes, report }: TrpcDoorOptions): SocketDoor {
  const wss = createSocketServer(maxBodyBytes);
  wss.on("connection", (socket) => {
    // ws closes the socket with the right code itself; without a listener the error would end the process.
    socket.on("error", () => undefined);
  });
  const { broadcastReconnectNotification } = applyWSSHandler({
    wss,
    router,
    // The adapter sends whatever a subscription yields and never waits: the subscription has to.
    createContext: ({ res }) => ({ desk, mayYield: () => withinSendBudget(res) }),
    keepAlive,
    maxBatchSize,
    onError: ({ error }) =>
      report(isPeerFault(error.cause) ? new AppError("BAD_REQUEST", error.message) : fromTRPCError(error)),
  });
  return {
    upgrade(request, socket, head, target) {
      simplifyAddress(request, target);
      wss.handleUpgrade(request, socket, head, (client) => wss.emit("connection", client, request));
    },
    close() {
      broadcastReconnectNotification();
      for (const client of wss.clients) client.close(1012, "the server is restarting");
    },
    get size() {
      return wss.clients.size;
    },
  };
}

/** What the socket itself complains of: a peer that breaks the protocol, or that is gone. */
function isPeerFault(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && /^(?:WS_ERR|ECONN|EPIPE)/.test(String(cause.code));
}
