import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** A statement runs on it: the reading side of a database, or the transaction of a write unit. */
export type Executor = Kysely<Tables>;
