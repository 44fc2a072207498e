import type { Logger } from "pino";
import type { Migrated } from "../db/migrate.ts";
import type { Database } from "../db/database.ts";
import type { OpenOptions } from "../db/open-database.ts";
import { openDatabase } from "../db/open-database.ts";
import { AppError } from "./contract/app-error.ts";

/** An app's database. It is opened once the app has its port. */
export class AppDatabase {
  readonly #options: OpenOptions;
  readonly #logger: Logger;
  #opening: Promise<Database> | undefined;
  #opened: Database | undefined;

  constructor(options: OpenOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
  }

  /** @throws {AppError} SERVICE_UNAVAILABLE before it is open. */
  get opened(): Database {
    if (!this.#opened) throw new AppError("SERVICE_UNAVAILABLE", "The server is starting: come back.");
    return this.#opened;
  }

  /** @param signal ends the wait for the lock of another process */
  async open(signal: AbortSignal): Promise<void> {
    const logger = this.#logger;
    this.#opening = openDatabase({
      ...this.#options,
      signal,
      warn: (message) => logger.warn(message),
      onMigrated: (migrated) => logMigrated(logger, migrated),
    });
    const database = await this.#opening;
    database.onRefusal((refusal) => {
      if (refusal) logger.error(refusal.message);
      else logger.info("The files of the database are back in their place: it is written again.");
    });
    this.#opened = database;
  }

  /** Closes the database, also if its opening is still under way. */
  async close(): Promise<void> {
    const database = await this.#opening?.catch(() => undefined);
    await database?.close();
  }
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
