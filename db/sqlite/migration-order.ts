import type { MadeMigration } from "../migrate.ts";

/** What a process that migrates a file is told. */
export type MigrationOrder = {
  file: string;
  /** The process id of the caller, with which the migrating ends. */
  by: number;
  synchronous: "full" | "normal";
  copiesBeforeMigration: boolean;
};

/** What it answers: the migrations that it made, or the error that it met, with SQLite's code if it is one of SQLite. */
export type MigrationReport =
  | { made: MadeMigration[]; fault?: undefined }
  | { made?: undefined; fault: { name: string; message: string; code?: string } };
