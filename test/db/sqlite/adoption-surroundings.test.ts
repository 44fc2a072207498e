import { expect, test } from "vitest";
import {
  looseOriginalTables,
  newDatabasePath,
  open,
  originalTables,
  query,
  writeFile,
} from "../database-file.ts";

test("the original's indexes give way to ours, whatever their names, and the schema is that of a new file", async () => {
  const file = writeFile(`${originalTables}
    create index ix_message_session_id on message (session_id); create index message_log on message (timestamp);
    create unique index chatsession_ordinal on chatsession (title);`);
  await open(file);
  const fresh = newDatabasePath();
  await open(fresh);
  const schema = "select name, sql from sqlite_master order by name";
  expect(query(file, schema)).toEqual(query(fresh, schema));
});

test("what else the file holds stays: tables that refer to ours, their triggers, and views", async () => {
  const file = writeFile(`${originalTables}
    insert into chatsession values ('s', 'S', ''); insert into message values (1, 's', 'hello', 'user', '');
    create table attachment (id integer primary key, message_id integer references message (id) on delete cascade);
    insert into attachment values (1, 1), (2, 99);
    create table audit (text); create trigger noted after insert on attachment begin insert into audit values (new.id); end;
    create view texts as select content from message;`);
  const others = "select name, sql from sqlite_master where tbl_name in ('attachment', 'audit', 'texts')";
  const before = query(file, others);
  await open(file);
  expect(query(file, others)).toEqual(before);
  expect(query(file, "select * from attachment")).toHaveLength(2);
  expect(query(file, "select * from texts")).toEqual([{ content: "hello" }]);
});

test("nothing of the taking over is left behind, and every reference holds", async () => {
  const file = writeFile(`${looseOriginalTables}
    insert into message values (1, 's', 'hello', 'user', ''), (2, NULL, 'hello', 'user', '');`);
  await open(file);
  expect(
    query(file, "select name from sqlite_master where name like '%original%' or name like 'log_%'"),
  ).toEqual([]);
  expect(query(file, "pragma foreign_key_check")).toEqual([]);
  expect(query(file, "pragma integrity_check")).toEqual([{ integrity_check: "ok" }]);
});
