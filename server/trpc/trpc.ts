import { initTRPC } from "@trpc/server";
import { maxHeartbeatMs } from "../http/event-stream.ts";
import type { Context } from "./context.ts";
import type { ErrorShape } from "./error-shape.ts";
import { toErrorShape } from "./to-error-shape.ts";
import type { Meta } from "./meta.ts";

/**
 * The interval of the pings of silent subscriptions over SSE, and the silence after which a client considers one dead.
 */
export function ssePings(heartbeatMs: number) {
  return {
    ping: { enabled: true, intervalMs: heartbeatMs },
    client: { reconnectAfterInactivityMs: 3 * heartbeatMs },
  };
}

const trpc = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // The default depends on NODE_ENV, and sends stack traces in development.
    isDev: false,
    errorFormatter: ({ error, path }): ErrorShape => toErrorShape(error, path),
    sse: ssePings(maxHeartbeatMs),
  });

export const { router, procedure } = trpc;
