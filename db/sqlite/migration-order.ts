import type { Migrated } from "./migrate.ts";

/** The order to a process that migrates a file. */
export type MigrationOrder = {
  file: string;
  /** The process id of the caller, with which the migrating ends. */
  by: number;
  synchronous: "full" | "normal";
  copiesBeforeMigration: boolean;
};

/** Its answer: how the file was migrated, or the error that it met, with SQLite's code if it is one of SQLite. */
export type MigrationReport =
  | { migrated: Migrated; fault?: undefined }
  | { migrated?: undefined; fault: { name: string; message: string; code?: string } };
