import { expect, test } from "vitest";
import { ForeignDatabaseError } from "../../../db/sqlite/migrate.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { digest, originalTables, writeFile } from "../database-file.ts";

const foreign: [string, string, string][] = [
  [
    "a message table of another kind",
    "create table message (id integer primary key, body text)",
    'table "message" of this file is not as AI Desk\'s original backend made it: it lacks the columns "session_id", "content", "sender", "timestamp", has the column "body" that AI Desk would not keep',
  ],
  [
    "a session table that lacks a column",
    "create table chatsession (id text primary key, title text)",
    'table "chatsession" of this file is not as AI Desk\'s original backend made it: it lacks the column "created_at"',
  ],
  [
    "a column that the original did not have",
    `${originalTables} alter table message add column user_id text; alter table message add column rating int;`,
    'it has the columns "user_id", "rating" that AI Desk would not keep',
  ],
  [
    "a generated column",
    `${originalTables} alter table message add column size int as (length(content)) virtual;`,
    'it has the column "size"',
  ],
  [
    "message ids that are not counted",
    "create table message (id text primary key, session_id, content, sender, timestamp)",
    'it does not have "id" as its integer primary key',
  ],
  [
    "session ids that may occur twice",
    "create table chatsession (id text, title, created_at)",
    'it does not have "id" as its primary key',
  ],
  [
    "a trigger",
    `${originalTables} create trigger noted after insert on message begin select 1; end;`,
    'it has the trigger "noted" that AI Desk would not keep',
  ],
  [
    "a view in the place of a table",
    "create view message as select 1 as id",
    'The view "message" of this file',
  ],
  [
    "a table without rowid",
    "create table chatsession (id text primary key, title, created_at) without rowid",
    "it has no rowid",
  ],
  ["a virtual table", "create virtual table message using fts5 (content)", "it is a virtual"],
  ["a table of a name that is ours", "create table history (url text)", 'The file has a table "history"'],
  [
    "an index of a name that is ours",
    "create table t (a); create index message_log on t (a)",
    'index "message_log"',
  ],
];

test.each(foreign)("a file with %s is refused and left as it was", async (_, statements, sentence) => {
  const file = writeFile(statements);
  const before = digest(file);
  const opening = openDatabase({ file, synchronous: "full" });
  await expect(opening).rejects.toThrow(ForeignDatabaseError);
  await expect(opening).rejects.toThrow(sentence);
  await expect(opening).rejects.toThrow("Point DATABASE_URL at another file.");
  expect(digest(file)).toBe(before);
});
