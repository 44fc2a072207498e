import type { CompiledQuery, Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** Runs statements: on the reading connection of a database, or in the transaction of a write unit. */
export type Executor = {
  /** Builds statements in the dialect of the database. What it runs itself takes longer than `run` does. */
  readonly builder: Kysely<Tables>;
  /**
   * Runs a compiled statement with these values of its parameters. What the database makes of the statement is kept as long
   * as the object is.
   */
  run<Row>(statement: CompiledQuery<Row>, values: readonly unknown[]): Promise<Row[]>;
};
