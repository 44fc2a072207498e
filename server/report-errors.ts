import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import { DatabaseMovedError } from "../db/database-errors.ts";
import type { AppError } from "./domain/app-error.ts";
import type { Report } from "./http/report.ts";
import { TracedRequest } from "./http/traced-request.ts";

/** How often one failure of the database is logged at most, in milliseconds: a full disk fails every write. */
const gatheringMs = 1000;

/** Logs the errors that are answered: failures of the server as errors, refusals at `debug`. */
export function createReport(logger: Logger): Report {
  const gathered = new Map<string, { lastMs: number; unsaid: number }>();

  /** @returns how often it has come since it was said last, or undefined if it is not to be said now. */
  function countUnsaid(sentence: string): number | undefined {
    const nowMs = performance.now();
    const known = gathered.get(sentence);
    if (known && nowMs - known.lastMs < gatheringMs) {
      known.unsaid += 1;
      return undefined;
    }
    gathered.set(sentence, { lastMs: nowMs, unsaid: 0 });
    return known?.unsaid ?? 0;
  }

  return (error, request) => {
    if (error.httpStatus < 500 || isSaid(error)) {
      logger.debug({ ...namesOf(request), code: error.code }, error.message);
      return;
    }
    const repeated = error.code === "SERVICE_UNAVAILABLE" ? countUnsaid(error.message) : 0;
    if (repeated === undefined) return;
    const times = repeated > 0 && { repeated };
    logger.error({ ...namesOf(request), ...times, err: error.cause ?? error }, error.message);
  };
}

/** A 503 without a cause is meant: the server is starting, or stopping. A file that was moved is told of once, by itself. */
function isSaid({ code, cause }: AppError): boolean {
  return cause instanceof DatabaseMovedError || (code === "SERVICE_UNAVAILABLE" && cause === undefined);
}

/** The request's names in the log. */
function namesOf(request: IncomingMessage | undefined): object {
  if (!(request instanceof TracedRequest)) return {};
  const { id, method, route } = request;
  return { id, method, route };
}
