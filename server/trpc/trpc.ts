import { initTRPC } from "@trpc/server";
import { maxHeartbeatMs } from "../http/event-stream.ts";
import type { Context } from "./context.ts";
import type { ErrorShape } from "./error-shape.ts";
import { toErrorShape } from "./to-error-shape.ts";
import type { Meta } from "./meta.ts";

/** Of subscriptions over server-sent events: how often a silent one is pinged, and when its client takes it for dead. */
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
    // Its default depends on NODE_ENV and sends stack traces.
    isDev: false,
    errorFormatter: ({ error, path }): ErrorShape => toErrorShape(error, path),
    sse: ssePings(maxHeartbeatMs),
  });

export const { router, procedure } = trpc;
