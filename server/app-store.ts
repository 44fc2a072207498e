import type { Logger } from "pino";
import type { Migrated } from "../db/sqlite/migrate.ts";
import { createSqliteStore } from "../db/sqlite/sqlite-store.ts";
import type { Store } from "../db/store.ts";
import type { OpenOptions } from "../db/sqlite/open-database.ts";
import { openDatabase } from "../db/sqlite/open-database.ts";
import { AppError } from "./contract/app-error.ts";

/** The store of an app that has not opened its database: each use throws {@link AppError} SERVICE_UNAVAILABLE. */
export const closedStore = new Proxy({} as Store, {
  get() {
    throw new AppError("SERVICE_UNAVAILABLE", "The server is starting: come back.");
  },
});

/** The store of an app. It is opened after the app has taken its port. */
export class AppStore {
  readonly #options: OpenOptions;
  readonly #logger: Logger;
  #opening: Promise<Store> | undefined;

  constructor(options: OpenOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  /** @param signal aborts the wait for another process's lock */
  open(signal: AbortSignal): Promise<Store> {
    return (this.#opening = openStore(this.#options, this.#logger, signal));
  }

  /** Closes the database, also if it is still being opened. */
  async close(): Promise<void> {
    const store = await this.#opening?.catch(() => undefined);
    await store?.close();
  }
}

async function openStore(options: OpenOptions, logger: Logger, signal: AbortSignal): Promise<Store> {
  const database = await openDatabase({
    ...options,
    signal,
    warn: (message) => logger.warn(message),
    onMigrated: (migrated) => logMigrated(logger, migrated),
  });
  database.onRefusal((refusal) => {
    if (refusal) logger.error(refusal.message);
    else logger.info("The files of the database are back in their place: it is written again.");
  });
  return createSqliteStore(database);
}

function logMigrated(logger: Logger, { from, made }: Migrated): void {
  const to = made.at(-1)?.name;
  const ms = made.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const fields = { ...(typeof from === "object" && { from: from.migration }), to, migrations: made };
  if (from === "nothing") logger.info(fields, `The database was created, at version ${to}.`);
  else if (from === "original") {
    logger.info(fields, `The database of the original backend was migrated to version ${to} in ${ms} ms.`);
  } else
    logger.info(fields, `The database was migrated from version ${from.migration} to ${to} in ${ms} ms.`);
}
