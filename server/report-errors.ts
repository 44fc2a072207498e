import type { Logger } from "pino";
import { StoreMoved } from "../db/store.ts";
import type { AppError } from "./contract/app-error.ts";
import type { Report } from "./http/report.ts";
import { SocketTrace } from "./http/socket-trace.ts";
import type { Traced } from "./http/traced-request.ts";
import { TracedRequest } from "./http/traced-request.ts";

/**
 * The shortest interval between two lines about one failure of the database, in milliseconds: a full disk fails every
 * write.
 */
const repeatMs = 1000;

/** Logs the errors that are answered: server failures as errors, refusals at `debug`. */
export function createReport(logger: Logger): Report {
  const lastLines = new Map<string, { lastMs: number; leftOut: number }>();

  /** @returns how often the sentence was suppressed since its last line; undefined if it is suppressed now */
  function countLeftOut(sentence: string): number | undefined {
    const nowMs = performance.now();
    const known = lastLines.get(sentence);
    if (known && nowMs - known.lastMs < repeatMs) {
      known.leftOut += 1;
      return undefined;
    }
    lastLines.set(sentence, { lastMs: nowMs, leftOut: 0 });
    return known?.leftOut ?? 0;
  }

  return (error, request) => {
    if (error.httpStatus < 500 || needsNoLine(error)) {
      logger.debug({ ...namesOf(request), code: error.code }, error.message);
      return;
    }
    const repeated = error.code === "SERVICE_UNAVAILABLE" ? countLeftOut(error.message) : 0;
    if (repeated === undefined) return;
    const times = repeated > 0 && { repeated };
    logger.error({ ...namesOf(request), ...times, err: error.cause ?? error }, error.message);
  };
}

/** Whether an error needs no line: a 503 without a cause is intended, and a moved file has its own line. */
function needsNoLine({ code, cause }: AppError): boolean {
  return cause instanceof StoreMoved || (code === "SERVICE_UNAVAILABLE" && cause === undefined);
}

/** The request's fields in the log. */
function namesOf(request: Traced | undefined): object {
  if (!(request instanceof TracedRequest || request instanceof SocketTrace)) return {};
  const { id, method, route } = request;
  return { id, method, route };
}
