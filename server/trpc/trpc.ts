import { initTRPC } from "@trpc/server";
import { heartbeatIntervalMs } from "../http/event-stream.ts";
import type { Context } from "./context.ts";
import type { ErrorShape } from "./error-shape.ts";
import { toErrorShape } from "./to-error-shape.ts";
import type { Meta } from "./meta.ts";

/** Of subscriptions over server-sent events: how often a silent one is pinged, and when its client takes it for dead. */
export const ssePings = {
  ping: { enabled: true, intervalMs: heartbeatIntervalMs },
  client: { reconnectAfterInactivityMs: 3 * heartbeatIntervalMs },
};

const trpc = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // Its default depends on NODE_ENV and sends stack traces.
    isDev: false,
    errorFormatter: ({ error, path }): ErrorShape => toErrorShape(error, path),
    sse: ssePings,
  });

export const { router, procedure } = trpc;
