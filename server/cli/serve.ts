import { pino } from "pino";
import type { Logger } from "pino";
import { readConfig } from "../config.ts";
import type { App } from "../create-app.ts";
import { createApp } from "../create-app.ts";
import { nextStopSignal } from "./stop-signal.ts";
import type { VerbCall } from "./verb.ts";

/** Runs the server until a signal stops it. @returns the exit code. */
export async function run({ environment }: VerbCall): Promise<number> {
  // Written at once: what waits when the process ends is tried again for ever where nobody reads it any more.
  const output = pino.destination({ sync: true });
  try {
    const { port, host, logLevel, ...options } = readConfig(environment);
    const logger = pino({ level: logLevel }, output);
    const app = await createApp({ ...options, logger });
    // Before the line that says that the server runs: a signal may follow that line at once.
    const signalled = nextStopSignal();
    const url = await app.listen({ host, port });
    logger.info(
      { url, database: options.database.file },
      `AI Desk listens on ${url}, its API is shown at ${url}/docs`,
    );
    const signal = await signalled;
    logger.info({ signal }, "stopping");
    return await stop(app, logger);
  } catch (error) {
    pino(output).fatal({ err: error }, error instanceof Error ? error.message : "could not start");
    return 1;
  }
}

async function stop(app: App, logger: Logger): Promise<number> {
  try {
    await app.close();
  } catch (error) {
    logger.fatal({ err: error }, "stopped, but the database could not be closed");
    return 1;
  }
  logger.info("stopped");
  return 0;
}
