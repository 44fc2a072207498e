import SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { expect, onTestFinished, test } from "vitest";
import { ForeignDatabaseError, migrate, NewerDatabaseError } from "../../../db/sqlite/migrate.ts";
import { migrations } from "../../../db/sqlite/migrations/index.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { SqliteMigrationDialect } from "../../../db/sqlite/sqlite-dialect.ts";
import type { Tables } from "../../../db/statements/tables.ts";
import { digest, migrateFile, newDatabasePath, query, writeFile } from "../database-file.ts";

const later: Migration = { up: (db) => db.schema.createTable("later").addColumn("id", "integer").execute() };
const nothing: Migration = { up: async () => {} };
const failing: Migration = {
  up: async (db) => {
    await later.up(db);
    throw new Error("half way");
  },
};

const tablesOf = (file: string) => query(file, "select name, sql from sqlite_master order by name");

test("a database from a newer version is refused and left as it was", async () => {
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "full" })).close();
  await migrateFile(file, { ...migrations, "9998-later": later, "9999-latest": nothing });
  const before = digest(file);
  const opening = openDatabase({ file, synchronous: "full" });
  await expect(opening).rejects.toThrow(NewerDatabaseError);
  await expect(opening).rejects.toThrow(new RegExp(`"9999-latest".*"${Object.keys(migrations).at(-1)}"`));
  expect(digest(file)).toBe(before);
});

test("a database of the same version is opened as it is", async () => {
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "full" })).close();
  const before = tablesOf(file);
  await (await openDatabase({ file, synchronous: "full" })).close();
  expect(tablesOf(file)).toEqual(before);
});

test("a database from an older version is brought up to date and keeps its rows", async () => {
  const file = newDatabasePath();
  await migrateFile(file, migrations);
  const epoch = query(file, "select epoch from history");
  await migrateFile(file, { ...migrations, "9999-later": later });
  expect(query(file, "select name from kysely_migration order by name")).toEqual(
    [...Object.keys(migrations), "9999-later"].map((name) => ({ name })),
  );
  expect(query(file, "select epoch from history")).toEqual(epoch);
});

test("when one migration fails, those before it are undone too", async () => {
  const file = newDatabasePath();
  const migrating = migrateFile(file, { ...migrations, "9999-failing": failing });
  await expect(migrating).rejects.toThrow("half way");
  expect(tablesOf(file)).toEqual([]);
  await migrateFile(file, migrations);
  expect(tablesOf(file)).not.toEqual([]);
});

test("foreign keys are enforced after a migration, also after one that failed", async () => {
  const database = new SqliteFile(newDatabasePath());
  onTestFinished(() => void database.close());
  const writer = new Kysely<Tables>({ dialect: new SqliteMigrationDialect({ database }, 0) });
  await expect(migrate(writer, { "0001-failing": failing })).rejects.toThrow("half way");
  expect(database.pragma("foreign_keys", { simple: true })).toBe(1);
  await migrate(writer);
  expect(database.pragma("foreign_keys", { simple: true })).toBe(1);
});

test("a database that another program's migrations made is refused and left as it was", async () => {
  const file = writeFile(`
    create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null);
    insert into kysely_migration values ('2024-init', '2024-01-01T00:00:00.000Z');`);
  const before = digest(file);
  const opening = openDatabase({ file, synchronous: "full" });
  await expect(opening).rejects.toThrow(ForeignDatabaseError);
  await expect(opening).rejects.toThrow("2024-init");
  expect(digest(file)).toBe(before);
});
