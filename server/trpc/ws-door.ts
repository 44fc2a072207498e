import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { closeCodes } from "../contract/close-codes.ts";
import { AppError } from "../domain/app-error.ts";
import type { RequestTarget } from "../http/request-target.ts";
import type { ClientSocket } from "../http/client-socket.ts";
import type { Patience } from "../http/socket-server.ts";
import { closeSockets, createSocketServer } from "../http/socket-server.ts";
import type { Connection } from "./context.ts";
import { fromTRPCError } from "./to-error-shape.ts";
import type { TrpcDoorOptions } from "./http-door.ts";
import { maxBatchSize, simplifyAddress } from "./http-door.ts";
import { paceSocket } from "./pace-socket.ts";
import { socketEncoder } from "./socket-encoder.ts";

export type TrpcWsDoorOptions = TrpcDoorOptions & {
  patience: Patience;
  /** How many subscriptions one socket may have at a time. */
  maxSubscriptions: number;
};

export type SocketDoor = {
  /** Takes over a connection whose request has been found good. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, target: RequestTarget): void;
  /** Asks the clients to come back elsewhere, and closes their sockets with 1012. */
  close(): void;
  /** How many sockets are open. */
  readonly size: number;
};

/** tRPC over WebSocket: subscriptions, and calls beside them. */
export function createTrpcWsDoor({
  desk,
  router,
  maxBodyBytes,
  patience,
  maxSubscriptions,
  report,
}: TrpcWsDoorOptions): SocketDoor {
  const { pingIntervalMs, stallTimeoutMs } = patience;
  const wss = createSocketServer({ maxFrameBytes: maxBodyBytes, pingIntervalMs });
  wss.on("connection", (socket, request) => {
    // ws closes the socket with the right code itself; without a listener the error would end the process.
    socket.on("error", () => undefined);
    if (announcesParameters(request)) {
      const { code, reason } = closeCodes.badFrames;
      const deadline = setTimeout(() => socket.close(code, reason), patience.connectionParamsMs);
      socket.once("message", () => clearTimeout(deadline));
      socket.once("close", () => clearTimeout(deadline));
    }
  });
  const { broadcastReconnectNotification } = applyWSSHandler({
    wss: {
      clients: wss.clients,
      on(event: "connection", listener: (socket: ClientSocket, request: IncomingMessage) => void) {
        wss.on(event, (socket, request) => listener(paceSocket(socket, stallTimeoutMs), request));
      },
    } as unknown as typeof wss,
    router,
    createContext: ({ res }) => ({
      desk,
      connection: createConnection(res as ClientSocket, { maxSubscriptions, stallTimeoutMs }),
    }),
    maxBatchSize,
    experimental_encoder: socketEncoder,
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
      closeSockets(wss, patience.closeTimeoutMs);
    },
    get size() {
      return wss.clients.size;
    },
  };
}

function createConnection(
  socket: ClientSocket,
  { maxSubscriptions, stallTimeoutMs }: { maxSubscriptions: number; stallTimeoutMs: number },
): Connection {
  let subscriptions = 0;
  let last: Promise<void> | undefined;
  /** Those that wait go on one after the other, each when it is seen what the one before it has sent. */
  function queueUp(): Promise<void> {
    const mine = (last ?? Promise.resolve()).then(() => socket.withinSendBudget(stallTimeoutMs));
    const done = mine.then(() => nextTurn());
    last = done;
    void done.finally(() => {
      if (last === done) last = undefined;
    });
    return mine;
  }

  return {
    // One frame may ask for a hundred, and each reads a page of its log before it is seen that nothing is taken.
    mayBegin: queueUp,
    // The adapter sends whatever a subscription yields and never waits: the subscription has to.
    mayYield: () => (!last && socket.isWithinSendBudget ? Promise.resolve() : queueUp()),
    takeSubscription() {
      if (subscriptions === maxSubscriptions) {
        throw new AppError(
          "TOO_MANY_REQUESTS",
          `This socket has ${maxSubscriptions} subscriptions already: stop one, or open another socket.`,
        );
      }
      subscriptions += 1;
      return {
        release() {
          subscriptions -= 1;
        },
      };
    },
  };
}

/** Until they come, the adapter lets the socket be and does nothing. */
function announcesParameters({ url = "" }: IncomingMessage): boolean {
  return new URLSearchParams(url.split("?")[1]).get("connectionParams") === "1";
}

/** What the socket itself complains of: a peer that breaks the protocol, or that is gone. */
function isPeerFault(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && /^(?:WS_ERR|ECONN|EPIPE)/.test(String(cause.code));
}
