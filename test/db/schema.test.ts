import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { newDatabasePath, open, query } from "./database-file.ts";

const schemaFile = new URL("../../db/schema.sql", import.meta.url);
const header = `-- What the migrations make of an empty file; kysely's own tables are left out, since they change with kysely.
-- Written by: UPDATE_SCHEMA=1 npm test -- test/db/schema
`;

/** One column or constraint a line, so that a change of the schema reads well under review. */
function format(statement: string): string {
  let depth = 0;
  let text = "";
  for (const character of statement.replaceAll('"', "")) {
    if (character === ")") depth -= 1;
    if (character === ")" && depth === 0) text += "\n";
    text += character;
    if (character === "(") depth += 1;
    if ((character === "(" || character === ",") && depth === 1) text += "\n  ";
  }
  return text.replaceAll(/ +\n/g, "\n").replaceAll(/\n {3,}/g, "\n  ");
}

test("schema.sql is the schema that the migrations make", async () => {
  const file = newDatabasePath();
  await open(file);
  const statements = query(
    file,
    `select sql from sqlite_master where sql is not null and name not like 'kysely%' and name not like 'sqlite%'
     order by tbl_name, type desc, name`,
  ) as { sql: string }[];
  const schema = [
    header,
    ...statements.map(
      ({ sql }) => `${sql.startsWith("CREATE TABLE") ? format(sql) : sql.replaceAll('"', "")};\n`,
    ),
  ].join("\n");
  if (process.env["UPDATE_SCHEMA"]) writeFileSync(schemaFile, schema);
  if (readFileSync(schemaFile, "utf8") === schema) return;
  expect.fail("db/schema.sql is not up to date: UPDATE_SCHEMA=1 npm test -- test/db/schema rewrites it");
});
