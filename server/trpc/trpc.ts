import { initTRPC } from "@trpc/server";
import type { Context } from "./context.ts";
import type { ErrorShape } from "./error-shape.ts";
import { toErrorShape } from "./to-error-shape.ts";
import type { Meta } from "./meta.ts";

const ssePingIntervalMs = 15_000;

const trpc = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    // Its default depends on NODE_ENV and sends stack traces.
    isDev: false,
    errorFormatter: ({ error, path }): ErrorShape => toErrorShape(error, path),
    sse: {
      ping: { enabled: true, intervalMs: ssePingIntervalMs },
      client: { reconnectAfterInactivityMs: 3 * ssePingIntervalMs },
    },
  });

export const { router, procedure } = trpc;
