import type { Logger } from "pino";
import { DatabaseMovedError } from "../db/database-errors.ts";
import type { AppError } from "./domain/app-error.ts";

/** Logs the errors that are answered: failures of the server as errors, refusals at `debug`. */
export function createReport(logger: Logger): (error: AppError) => void {
  return (error) => {
    if (error.httpStatus >= 500 && !isSaid(error)) logger.error({ err: error.cause ?? error }, error.message);
    else logger.debug({ code: error.code }, error.message);
  };
}

/** A 503 without a cause is meant: the server is starting, or stopping. A file that was moved is told of once, by itself. */
function isSaid({ code, cause }: AppError): boolean {
  return cause instanceof DatabaseMovedError || (code === "SERVICE_UNAVAILABLE" && cause === undefined);
}
