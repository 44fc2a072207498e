import type { RawBuilder } from "kysely";
import { sql } from "kysely";
import type { Executor } from "./executor.ts";

/** A foreign key: columns of one table that refer to columns of another. */
type Reference = { table: string; parent: string; deletes: boolean; columns: [from: string, to: string][] };

/**
 * Another program's table whose rows forbid the deletion of a session's messages: they refer to these messages, or to
 * rows that would be deleted with them.
 *
 * @returns its name, or undefined if nothing forbids the deletion
 */
export async function findForbiddingTable(trx: Executor, sessionId: string): Promise<string | undefined> {
  const references = await listReferences(trx);
  for (const path of forbiddingPaths(references, "message", [])) {
    if (await leadsToRows(trx, path, sessionId)) return path.at(-1)?.table;
  }
  return undefined;
}

/** The references that restrict the deletion of a row. */
async function listReferences(trx: Executor): Promise<Reference[]> {
  const { rows } = await sql<{
    table: string;
    key: number;
    parent: string;
    from: string;
    to: string;
    deletes: 0 | 1;
  }>`
    select child.name as "table", key.id as "key", lower(key."table") as parent, key.on_delete = 'CASCADE' as deletes,
      key."from", coalesce(key."to", (select name from pragma_table_info(key."table") where pk = key.seq + 1)) as "to"
    from sqlite_master as child, pragma_foreign_key_list(child.name) as key
    where child.type = 'table' and child.name <> 'message' and key.on_delete <> 'SET NULL'
    order by child.name, key.id, key.seq`.execute(trx.builder);
  return [...Map.groupBy(rows, ({ table, key }) => `${key}:${table}`).values()].flatMap((columns) =>
    columns.slice(0, 1).map(({ table, parent, deletes }) => ({
      table,
      parent,
      deletes: deletes === 1,
      columns: columns.map(({ from, to }): [string, string] => [from, to]),
    })),
  );
}

/** Each path from a table, over tables whose rows are deleted with its own, to a table whose rows are not. */
function* forbiddingPaths(
  references: readonly Reference[],
  parent: string,
  before: readonly Reference[],
): Generator<Reference[]> {
  for (const reference of references.filter((each) => each.parent === parent && !before.includes(each))) {
    const path = [...before, reference];
    if (reference.deletes) yield* forbiddingPaths(references, reference.table.toLowerCase(), path);
    else yield path;
  }
}

async function leadsToRows(trx: Executor, path: readonly Reference[], sessionId: string): Promise<boolean> {
  const joins = path.map(({ table, columns }, index) => {
    const [child, parent] = [`step_${index + 1}`, `step_${index}`];
    const pairs = columns.map(
      ([from, to]) => sql`${sql.ref(`${child}.${from}`)} = ${sql.ref(`${parent}.${to}`)}`,
    );
    return sql`join ${sql.table(table)} as ${sql.id(child)} on ${joined(pairs, sql` and `)}`;
  });
  const { rows } = await sql`
    select 1 from message as step_0 ${joined(joins, sql` `)} where step_0.session_id = ${sessionId} limit 1`.execute(
    trx.builder,
  );
  return rows.length > 0;
}

function joined(parts: readonly RawBuilder<unknown>[], separator: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql.join(parts, separator);
}
