import { ForeignDatabaseError, NewerDatabaseError } from "../../db/sqlite/migrate.ts";
import { DatabaseFileError } from "../../db/sqlite/database-file-error.ts";
import { ConfigError } from "../config.ts";
import { ListenError } from "../http/listen-error.ts";

const refusals = [ConfigError, DatabaseFileError, ForeignDatabaseError, ListenError, NewerDatabaseError];

/** Whether the message of an error tells its reader everything: the stack would only distract. */
export function isRefusal(error: unknown): boolean {
  return refusals.some((refusal) => error instanceof refusal);
}
