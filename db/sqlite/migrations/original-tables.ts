import type { Kysely } from "kysely";
import { sql } from "kysely";
import { ForeignDatabaseError } from "./foreign-database-error.ts";

const originalColumns = {
  chatsession: ["id", "title", "created_at"],
  message: ["id", "session_id", "content", "sender", "timestamp"],
};

/** The longest session id that a client can look up, in characters. */
const maxIdChars = 4000;

export type OriginalTable = keyof typeof originalColumns;

/**
 * The names that the migration uses besides the two tables. In SQLite tables, indexes and views share one namespace.
 */
const namesToBeTaken = [
  "history",
  "chatsession_ordinal",
  "message_log",
  "message_page",
  "message_key",
  "original_chatsession",
  "original_message",
];

/**
 * The tables of the original backend that the file has.
 *
 * @throws {ForeignDatabaseError} if the file has something in their place that cannot be adopted completely.
 */
export async function findOriginal(db: Kysely<unknown>): Promise<OriginalTable[]> {
  const found: OriginalTable[] = [];
  for (const table of ["chatsession", "message"] as const) {
    if (await checkTable(db, table)) found.push(table);
  }
  const { rows: taken } = await sql<{ type: string; name: string }>`
    select type, name from sqlite_master
    where lower(name) in (${sql.join(namesToBeTaken)}) and lower(tbl_name) not in ('chatsession', 'message')
    order by name`.execute(db);
  if (taken.length > 0) {
    const names = taken.map(({ type, name }) => `${type} "${name}"`).join(" and ");
    throw new ForeignDatabaseError(`The file has a ${names} that AI Desk did not make.`);
  }
  return found;
}

async function checkTable(db: Kysely<unknown>, table: OriginalTable): Promise<boolean> {
  const { rows: entries } = await sql<{ type: string; wr: 0 | 1 }>`
    select type, wr from pragma_table_list where schema = 'main' and lower(name) = ${table}`.execute(db);
  const [entry] = entries;
  if (!entry) return false;
  const faults = [];
  if (entry.type !== "table") faults.push(`is a ${entry.type}`);
  if (entry.wr) faults.push("has no rowid");
  faults.push(...(await columnFaults(db, table)), ...(await triggerFaults(db, table)));
  if (faults.length === 0) faults.push(...(await idFaults(db, table)));
  if (faults.length === 0) return true;
  throw new ForeignDatabaseError(
    `The ${entry.type} "${table}" of this file is not as AI Desk's original backend made it: it ${faults.join(", ")}.`,
  );
}

/** A column that the original did not have is a fault too: the rebuilt table would drop it silently. */
async function columnFaults(db: Kysely<unknown>, table: OriginalTable): Promise<string[]> {
  const { rows } = await sql<{ name: string; type: string; pk: number }>`
    select lower(name) as name, upper(type) as type, pk from pragma_table_xinfo(${table})`.execute(db);
  const wanted = originalColumns[table];
  const missing = wanted.filter((name) => !rows.some((column) => column.name === name));
  const extra = rows.map((column) => column.name).filter((name) => !wanted.includes(name));
  const key = rows.filter((column) => column.pk > 0);
  const isKeyed = key.length === 1 && key[0]?.name === "id";
  const isCounted = table === "chatsession" || key[0]?.type === "INTEGER";
  const faults = [];
  if (missing.length > 0) faults.push(`lacks ${listColumns(missing)}`);
  if (extra.length > 0) faults.push(`has ${listColumns(extra)} that AI Desk would not keep`);
  if (missing.length === 0 && !(isKeyed && isCounted)) {
    faults.push(`does not have "id" as its ${table === "message" ? "integer " : ""}primary key`);
  }
  return faults;
}

/** Rebuilding a table drops its triggers, and the purpose of a trigger is unknown. */
async function triggerFaults(db: Kysely<unknown>, table: OriginalTable): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'trigger' and lower(tbl_name) = ${table} order by name`.execute(
    db,
  );
  return rows.map(({ name }) => `has the trigger "${name}" that AI Desk would not keep`);
}

async function idFaults(db: Kysely<unknown>, table: OriginalTable): Promise<string[]> {
  const id = sql.ref(table === "message" ? "session_id" : "id");
  const { rows } = await sql<{ chars: number | null }>`
    select max(length(cast(${id} as text))) as chars from ${sql.table(table)}`.execute(db);
  const chars = rows[0]?.chars ?? 0;
  return chars > maxIdChars
    ? [`has a session id of ${chars} characters, of which AI Desk takes ${maxIdChars}`]
    : [];
}

function listColumns(names: string[]): string {
  return `the ${names.length > 1 ? "columns" : "column"} ${names.map((name) => `"${name}"`).join(", ")}`;
}
