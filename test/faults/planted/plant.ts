import { realpathSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const repository = join(import.meta.dirname, "../../..");
const wrappedPorts = pathToFileURL(join(import.meta.dirname, "wrapped-ports.ts")).href;

/** The modules that the server takes its ports from. `wrapped-ports.ts` exports all that they export. */
const seams = new Set(
  [
    "db/sqlite/sqlite-store.ts",
    "server/live/follow-log.ts",
    "server/live/live-hub.ts",
    "server/live/subscriber.ts",
  ].map((file) => pathToFileURL(realpathSync(join(repository, file))).href),
);

// This module is loaded before the server, which then imports the wrapped ports in the place of its own.
registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const isSeam = seams.has(resolved.url) && context.parentURL !== wrappedPorts;
    return isSeam ? { ...resolved, url: wrappedPorts } : resolved;
  },
});
