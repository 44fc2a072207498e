import { getTRPCErrorFromUnknown } from "@trpc/server";
import { anonymous } from "../access/caller.ts";
import { closeCodes } from "../contract/close-codes.ts";
import type { ClientSocket } from "../socket/client-socket.ts";
import type { FairTimer } from "../http/fair-timer.ts";
import { fairTimeout } from "../http/fair-timer.ts";
import type { DoorSockets } from "../http/door.ts";
import type { Traced } from "../http/traced-request.ts";
import type { Timeouts } from "../http/timeouts.ts";
import type { AccessLog } from "../http/access-log.ts";
import { createSocketServer } from "../socket/socket-server.ts";
import { listProcedures } from "./fast-path/invoke-procedure.ts";
import type { TrpcCallsOptions } from "./http-calls.ts";
import { readConnectionParams } from "./read-frame.ts";
import { FurtherSubscriptions, subscriptionBytes } from "./further-subscriptions.ts";
import { SocketSession } from "./socket-session.ts";
import { answerFrame, reconnectFrame } from "./socket-frames.ts";
import { toErrorShape } from "./to-error-shape.ts";

export type TrpcSocketsOptions = TrpcCallsOptions & {
  timeouts: Timeouts;
  /** The most subscriptions of one socket at a time. */
  maxSubscriptions: number;
  /** The memory for the subscriptions of all sockets, beyond the first few of each socket, in bytes. */
  maxSubscriptionBytes: number;
  access?: AccessLog | undefined;
};

/**
 * tRPC over WebSocket: subscriptions, and calls beside them. It uses the same protocol as the adapter of @trpc/server.
 * That adapter has no backpressure, and encodes each event again for each subscription.
 */
export function createTrpcSockets(options: TrpcSocketsOptions): DoorSockets {
  const { perform, maxBodyBytes, maxAnswerBytes, timeouts, maxSubscriptions, report } = options;
  const server = createSocketServer({ maxFrameBytes: maxBodyBytes, timeouts, access: options.access });
  const procedures = listProcedures(options.router);
  const further = new FurtherSubscriptions(Math.floor(options.maxSubscriptionBytes / subscriptionBytes));

  function serve(socket: ClientSocket, trace: Traced | undefined, announcesParams: boolean): void {
    const calls = new SocketSession(socket, {
      caller: anonymous,
      perform,
      procedures,
      maxSubscriptions,
      further,
      maxAnswerBytes,
      report,
      trace,
    });
    const deadline = announcesParams ? closeUnlessStopped(socket, timeouts.connectionParamsMs) : undefined;
    let isWaitingForParams = announcesParams;
    socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary && isAliveText(data)) {
        if (data.equals(ping)) calls.takePing(data.length);
      } else if (isWaitingForParams) {
        isWaitingForParams = false;
        deadline?.cancel();
        takeParams(socket, data, isBinary);
      } else calls.take(data, isBinary);
    });
  }

  return {
    route: "/trpc",
    at: /^\/trpc$/,
    upgrade(request, connection, head, { query }) {
      const announcesParams = new URLSearchParams(query).get("connectionParams") === "1";
      server.upgrade(request, connection, head, (socket, trace) => serve(socket, trace, announcesParams));
    },
    close() {
      for (const socket of server.clients) socket.sendFrame(reconnectFrame);
      server.close();
    },
    get size() {
      return server.clients.size;
    },
  };
}

const ping = Buffer.from("PING");
const pong = Buffer.from("PONG");

/** tRPC's clients send this text as their own keep-alive. */
function isAliveText(data: Buffer): boolean {
  return data.length === ping.length && (data.equals(ping) || data.equals(pong));
}

/** A keep-alive does not count as the connection parameters. */
function closeUnlessStopped(socket: ClientSocket, timeoutMs: number): FairTimer {
  const { code, reason } = closeCodes.badFrames;
  const deadline = fairTimeout(() => socket.close(code, reason), timeoutMs);
  socket.once("close", () => deadline.cancel());
  return deadline;
}

/**
 * Reads the connection parameters. They are not used yet. Any other frame ends the connection, as with tRPC's own
 * adapter.
 */
function takeParams(socket: ClientSocket, data: Buffer, isBinary: boolean): void {
  try {
    readConnectionParams(data, isBinary);
  } catch (cause) {
    const error = toErrorShape(getTRPCErrorFromUnknown(cause), undefined);
    socket.sendFrame(answerFrame({ id: null }, { error }));
    setImmediate(() => socket.close());
  }
}
