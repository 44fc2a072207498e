import { ZodError } from "zod";
import { DatabaseMovedError, isDatabaseUnavailable, whyForbidden } from "../../db/database-errors.ts";
import { AppError, invalidInput } from "../contract/app-error.ts";
import { issuesOf } from "../contract/issues.ts";

/**
 * The one funnel: turns any thrown value into an error that may be sent. An unforeseen one is an INTERNAL_SERVER_ERROR, with
 * its message and stack in `cause`, for the log.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ZodError) return invalidInput(issuesOf(error));
  if (error instanceof DatabaseMovedError) {
    return new AppError("SERVICE_UNAVAILABLE", databaseMoved, { cause: error });
  }
  const why = whyForbidden(error);
  if (why !== undefined) {
    const message = `An index, constraint, trigger or row of another program in the database forbids this: ${why}.`;
    return new AppError("CONFLICT", message, { cause: error });
  }
  if (isDatabaseUnavailable(error)) return new AppError("SERVICE_UNAVAILABLE", undefined, { cause: error });
  return new AppError("INTERNAL_SERVER_ERROR", undefined, { cause: error });
}

/** The sentence for clients. The log has one with the paths. */
const databaseMoved =
  "The server's database was moved, removed or replaced: nothing can be stored until it is back in its place or the server is started anew.";
