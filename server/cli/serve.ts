import type { Logger } from "pino";
import { pino } from "pino";
import { readConfig } from "../config.ts";
import type { App } from "../create-app.ts";
import { createApp } from "../create-app.ts";
import { isRefusal } from "./refusal.ts";
import { nextStopSignal } from "./stop-signal.ts";
import type { VerbCall } from "./verb.ts";

/** Runs the server until a signal stops it. @returns the exit code. */
export async function run({ environment }: VerbCall): Promise<number> {
  // Written at once: what waits when the process ends is tried again for ever where nobody reads it any more.
  const output = pino.destination({ sync: true });
  try {
    const { port, host, logLevel, ...options } = readConfig(environment);
    const logger = pino({ level: logLevel }, output);
    const app = createApp({ ...options, logger });
    const signalled = nextStopSignal();
    const started = app.listen({ host, port }).then((url) => {
      logger.info(
        { url, database: options.database.file },
        `AI Desk listens on ${url}, its API is shown at ${url}/docs`,
      );
      return signalled;
    });
    const signal = await Promise.race([started, signalled]);
    logger.info({ signal }, "stopping");
    return await stop(app, logger);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    pino(output).fatal(isRefusal(error) ? {} : { err: error }, message);
    process.stderr.write(`${message}\n`);
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
