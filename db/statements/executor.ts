import type { CompiledQuery, Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** Runs statements: on the reading connection of a database, or in the transaction of a write unit. */
export type Executor = {
  /** Builds statements in the dialect of the database. Running a statement through the builder is slower than `run`. */
  readonly builder: Kysely<Tables>;
  /**
   * Runs a compiled statement with these values of its parameters. The database keeps its prepared form as long as the
   * `statement` object exists.
   */
  run<Row>(statement: CompiledQuery<Row>, values: readonly unknown[]): Promise<Row[]>;
};
