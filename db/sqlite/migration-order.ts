import type { Migrated } from "./migrate.ts";

/** The order to a migrating process. */
export type MigrationOrder = {
  file: string;
  /** The process id of the caller. The migration ends with the caller. */
  by: number;
  synchronous: "full" | "normal";
  copiesBeforeMigration: boolean;
};

/** The answer of the process: the result of the migration, or its error, with SQLite's code if it has one. */
export type MigrationReport =
  | { migrated: Migrated; fault?: undefined }
  | { migrated?: undefined; fault: { name: string; message: string; code?: string } };
