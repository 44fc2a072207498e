import { isatty } from "node:tty";
import type { Logger } from "pino";
import { pino } from "pino";
import { readConfig } from "../config.ts";
import type { App } from "../create-app.ts";
import { createApp } from "../create-app.ts";
import { listExposures } from "./exposure.ts";
import { LogDestination } from "./log-destination.ts";
import { isRefusal } from "./refusal.ts";
import { nextStopSignal } from "./stop-signal.ts";
import type * as Terminal from "./terminal.ts";
import type { VerbCall } from "./verb.ts";

const stdoutDescriptor = 1;

/** Runs the server until a signal stops it. @returns the exit code. */
export async function run({ environment }: VerbCall): Promise<number> {
  const destination = new LogDestination(stdoutDescriptor);
  // Loaded only for a terminal: a service logs JSON.
  const terminal = isatty(stdoutDescriptor) ? await import("./terminal.ts") : undefined;
  const output = terminal ? toPrinted(destination, terminal, environment) : destination;
  try {
    const { port, host, logLevel, ...options } = readConfig(environment);
    const logger = pino({ level: logLevel }, output);
    const app = createApp({ ...options, logger });
    const signalled = nextStopSignal();
    const started = app.listen({ host, port }).then((url) => {
      const { file } = options.database;
      if (terminal) destination.write(terminal.describeStarted({ url, databaseFile: file }));
      else {
        logger.info({ url, database: file }, `AI Desk listens on ${url}, its API is shown at ${url}/docs`);
      }
      // The name is not resolved again: it may have another address by now, or the resolver may fail.
      const address = app.address() ?? host;
      for (const exposure of listExposures({ host, address, origins: options.origins }))
        logger.warn(exposure);
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

/** NO_COLOR is the usual variable that disables colors: https://no-color.org. */
function toPrinted(
  destination: LogDestination,
  { createLinePrinter }: typeof Terminal,
  { NO_COLOR: noColor = "", TERM: terminal }: VerbCall["environment"],
): Pick<LogDestination, "write"> {
  const print = createLinePrinter({ isColored: noColor === "" && terminal !== "dumb" });
  return { write: (line) => destination.write(print(line)) };
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
