import type { Kysely } from "kysely";
import { sql } from "kysely";
import { ForeignDatabaseError } from "../migrations/foreign-database-error.ts";
import type { Tables } from "../tables.ts";

/** JSON has no integers: beyond this most readers take one for its neighbour. */
const largest = Number.MAX_SAFE_INTEGER;

/**
 * Holds the ids of a file's messages to be ones that every client can read exactly.
 *
 * @throws {ForeignDatabaseError}
 */
export async function refuseInexactIds(db: Kysely<Tables>): Promise<void> {
  const { rows: tables } = await sql`
    select 1 from sqlite_master where type = 'table' and name = 'message'`.execute(db);
  if (tables.length === 0) return;
  // Each on its own: SQLite looks up the one end of a table or the other, and reads all of it for both.
  const { rows } = await sql<{ id: string }>`
    select cast(id as text) as id from (select max(id) as id from message union all select min(id) from message)
    where id not between ${-largest} and ${largest}`.execute(db);
  const [beyond] = rows;
  if (!beyond) return;
  throw new ForeignDatabaseError(
    `The message id ${beyond.id} of this file is beyond what JSON holds exactly (-${largest} to ${largest}).`,
  );
}
