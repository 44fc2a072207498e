import { pino } from "pino";
import { readConfig } from "./config.ts";
import { createApp } from "./create-app.ts";

// Written at once: what waits when the process ends is tried again for ever where nobody reads it any more.
const output = pino.destination({ sync: true });

try {
  const { port, host, logLevel, ...options } = readConfig(process.env);
  const logger = pino({ level: logLevel }, output);
  const app = await createApp({ ...options, logger });
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, "stopping");
    app.close().then(
      () => {
        logger.info("stopped");
        process.exit(0);
      },
      (error: unknown) => {
        logger.fatal({ err: error }, "stopped, but the database could not be closed");
        process.exit(1);
      },
    );
  };
  // Before anyone can know that it runs: whoever does may send the signal at once.
  process.on("SIGTERM", stop).on("SIGINT", stop);
  const url = await app.listen({ host, port });
  logger.info(
    { url, database: options.database.file },
    `AI Desk listens on ${url}, its API is shown at ${url}/docs`,
  );
} catch (error) {
  pino(output).fatal({ err: error }, error instanceof Error ? error.message : "could not start");
  process.exitCode = 1;
}
