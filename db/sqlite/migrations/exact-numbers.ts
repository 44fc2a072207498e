import type { Kysely } from "kysely";
import { sql } from "kysely";
import { ForeignDatabaseError } from "./foreign-database-error.ts";
import type { Tables } from "../../statements/tables.ts";

/** JSON has no integer type: most parsers change a larger number to a neighbouring one. */
const largest = Number.MAX_SAFE_INTEGER;

/** The numbers that clients receive. SQLite finds the extremes of each in an index. */
const numbers: [table: string, column: string, what: string][] = [
  ["message", "id", "message id"],
  ["chatsession", "ordinal", "session ordinal"],
  ["chatsession", "list_seq", "list position"],
];

/**
 * Checks that every client can read the ids of a file's messages and the numbers of its sessions exactly. Tables and
 * columns that the file does not have yet are skipped.
 *
 * @throws {ForeignDatabaseError}
 */
export async function refuseInexactNumbers(db: Kysely<Tables>): Promise<void> {
  for (const [table, column, what] of numbers) {
    const { rows: columns } = await sql`
      select 1 from pragma_table_info(${table}) where lower(name) = ${column}`.execute(db);
    if (columns.length === 0) continue;
    const beyond = await findBeyond(db, table, column);
    if (beyond === undefined) continue;
    throw new ForeignDatabaseError(
      `The ${what} ${beyond} of this file is beyond what JSON holds exactly (-${largest} to ${largest}).`,
    );
  }
}

async function findBeyond(db: Kysely<Tables>, table: string, column: string): Promise<string | undefined> {
  const number = sql.ref(column);
  const rows = sql.table(table);
  // One query for each end: SQLite looks up a single extreme in the index, but scans the table for both.
  const found = await sql<{ number: string }>`
    select cast(number as text) as number
    from (select max(${number}) as number from ${rows} union all select min(${number}) from ${rows})
    where number not between ${-largest} and ${largest}`.execute(db);
  return found.rows[0]?.number;
}
