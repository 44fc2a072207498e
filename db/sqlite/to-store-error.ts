import { DatabaseMovedError, isDatabaseUnavailable, whyForbidden } from "./database-errors.ts";
import { ChangeForbidden, StoreMoved, StoreUnavailable } from "../store-errors.ts";

/** Rejects with the store's own error in place of SQLite's. Other errors stay unchanged. */
export function toStoreError(error: unknown): never {
  if (error instanceof DatabaseMovedError) throw new StoreMoved(error.message, { cause: error });
  const reason = whyForbidden(error);
  if (reason !== undefined) throw new ChangeForbidden(reason, error);
  if (isDatabaseUnavailable(error)) {
    throw new StoreUnavailable("The database could not be used.", { cause: error });
  }
  throw error;
}
