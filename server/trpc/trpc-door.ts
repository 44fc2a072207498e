import type { Door } from "../http/door.ts";
import { sendUpgradeRequired } from "../http/upgrade-required.ts";
import type { TrpcHttpOptions } from "./http-calls.ts";
import { answerHttpCalls, sendTrpcError } from "./http-calls.ts";
import type { TrpcSocketsOptions } from "./trpc-sockets.ts";
import { createTrpcSockets } from "./trpc-sockets.ts";

export type TrpcDoorOptions = TrpcHttpOptions & TrpcSocketsOptions;

/** The door of tRPC: calls and subscriptions over HTTP below `/trpc/`, and over WebSocket at `/trpc`. */
export function createTrpcDoor(options: TrpcDoorOptions): Door & Required<Pick<Door, "sockets">> {
  const answerCalls = answerHttpCalls(options);
  const sockets = createTrpcSockets(options);
  return {
    at: /^\/trpc(?:\/|$)/,
    methodsAt: () => ["GET", "POST"],
    answer(request, response, target) {
      const { method = "" } = request;
      // A POST to `/trpc` is a call that names no procedure.
      if (!sockets.at.test(target.pathname) || !["GET", "HEAD"].includes(method))
        return answerCalls(request, response, target);
      target.route = sockets.route;
      sendUpgradeRequired(response);
      return Promise.resolve();
    },
    refuse: sendTrpcError,
    sockets,
  };
}
