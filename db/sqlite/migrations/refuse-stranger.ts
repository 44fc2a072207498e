import type { Kysely } from "kysely";
import { sql } from "kysely";
import { ForeignDatabaseError } from "./foreign-database-error.ts";

/** The most names that a sentence lists. */
const mostNames = 3;

/**
 * Checks a file without tables of AI Desk or its original backend: any content belongs to another program.
 *
 * @throws {ForeignDatabaseError} if the file is not empty.
 */
export async function refuseStranger(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ type: string; name: string }>`
    select type, name from sqlite_master
    where name not like 'sqlite\\_%' escape '\\' and tbl_name not in ('kysely_migration', 'kysely_migration_lock')
    order by type desc, name limit ${mostNames}`.execute(db);
  if (rows.length === 0) return;
  const names = rows.map(({ type, name }) => `${type} "${name}"`).join(", ");
  throw new ForeignDatabaseError(
    `The file is another program's database: it has the ${names} and none of AI Desk's.`,
  );
}
