import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { onTestFinished } from "vitest";
import { migrate } from "../../db/sqlite/migrate.ts";
import { migrations } from "../../db/sqlite/migrations/index.ts";
import type { Database } from "../../db/sqlite/database.ts";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { SqliteMigrationDialect } from "../../db/sqlite/sqlite-dialect.ts";
import type { Tables } from "../../db/statements/tables.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

export function newDatabasePath(): string {
  return join(makeTemporaryFolder(), "ai_desk.db");
}

/** A file that another program wrote with `statements`. */
export function writeFile(statements: string, file = newDatabasePath()): string {
  const database = new SqliteFile(file);
  database.pragma("foreign_keys = OFF");
  database.exec(statements);
  database.close();
  return file;
}

/** Brings a file up to date as a version that knows these migrations. */
export async function migrateFile(file: string, known: Record<string, Migration>): Promise<void> {
  const database = new SqliteFile(file);
  try {
    await migrate(new Kysely<Tables>({ dialect: new SqliteMigrationDialect({ database }, 0) }), known);
    database.pragma("journal_mode = wal");
  } finally {
    database.close();
  }
}

/** A new file of the version that knew only the first `count` migrations. */
export async function olderFile(count: number, file = newDatabasePath()): Promise<string> {
  await migrateFile(file, Object.fromEntries(Object.entries(migrations).slice(0, count)));
  return file;
}

/** Opened as the product opens it, closed with the test. */
export async function open(
  file = newDatabasePath(),
  synchronous: "full" | "normal" = "full",
): Promise<Database> {
  const database = await openDatabase({ file, synchronous });
  onTestFinished(() => database.close());
  return database;
}

/** A copy of an open file and its log, as they would be if its process were killed now. */
export function leaveAsKilled(file: string): string {
  const copy = newDatabasePath();
  for (const end of ["", "-wal"]) copyFileSync(`${file}${end}`, `${copy}${end}`);
  return copy;
}

/** The rows of `select`, read without our own code. */
export function query(file: string, select: string): unknown[] {
  const database = new SqliteFile(file, { readonly: true });
  try {
    return database.prepare(select).all();
  } finally {
    database.close();
  }
}

export function digest(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** The tables as SQLModel makes them for the models of the original's document. */
export const originalTables = `
  create table chatsession (
    id VARCHAR NOT NULL, title VARCHAR NOT NULL, created_at VARCHAR NOT NULL, PRIMARY KEY (id)
  );
  create table message (
    id INTEGER NOT NULL, session_id VARCHAR NOT NULL, content VARCHAR NOT NULL, sender VARCHAR NOT NULL,
    timestamp VARCHAR NOT NULL, PRIMARY KEY (id), FOREIGN KEY(session_id) REFERENCES chatsession (id)
  );`;

/** The same where nothing is required and times are `datetime`. */
export const looseOriginalTables = originalTables
  .replaceAll(" NOT NULL", "")
  .replace("created_at VARCHAR", "created_at DATETIME")
  .replace("timestamp VARCHAR", "timestamp DATETIME");

/** An original with this many messages, taking turns in a hundredth as many sessions. */
export function originalWithMessages(count: number): string {
  const sessions = Math.ceil(count / 100);
  return `${originalTables}
    create index ix_message_session_id on message (session_id);
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${sessions})
      insert into chatsession select 'session-' || i, 'Title ' || i, '2025-11-30T12:00:00.000Z' from n;
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into message select i, 'session-' || (i % ${sessions} + 1), 'Message number ' || i || ' of this chat',
        iif(i % 2, 'user', 'assistant'), '2025-11-30T12:00:00.000Z' from n;`;
}
