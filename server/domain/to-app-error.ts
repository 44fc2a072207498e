import { ZodError } from "zod";
import { ChangeForbidden, NothingLeft, StoreMoved, StoreUnavailable } from "../../db/store.ts";
import { AppError, invalidInput } from "../contract/app-error.ts";
import { issuesOf } from "../contract/issues.ts";

/**
 * The only conversion of errors: turns any thrown value into an error that may be sent. An unexpected one becomes
 * INTERNAL_SERVER_ERROR, with its message and stack in `cause`, for the log.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ZodError) return invalidInput(issuesOf(error));
  if (error instanceof StoreMoved) return unavailable(error, databaseMoved);
  if (error instanceof StoreUnavailable) return unavailable(error.cause);
  if (error instanceof ChangeForbidden) {
    const message = `An index, constraint, trigger or row of another program in the database forbids this: ${error.reason}.`;
    return new AppError("CONFLICT", message, { cause: error.cause });
  }
  if (error instanceof NothingLeft)
    return new AppError("CONFLICT", nothingLeft(error.what), { cause: error });
  return new AppError("INTERNAL_SERVER_ERROR", undefined, { cause: error });
}

function unavailable(cause: unknown, message?: string): AppError {
  return new AppError("SERVICE_UNAVAILABLE", message, { cause });
}

/** The sentence for clients. The sentence in the log has the paths too. */
const databaseMoved =
  "The server's database was moved, removed or replaced: nothing can be stored until it is back in its place or the server is started anew.";

/** The original backend, or another program, may have used the largest number. */
function nothingLeft(what: string): string {
  return `This database has no ${what} left: another program has stored the largest possible one. \`ai-desk check\` tells where.`;
}
