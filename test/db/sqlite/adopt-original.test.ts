import { expect, test } from "vitest";
import type { Database } from "../../../db/sqlite/database.ts";
import { looseOriginalTables, open, originalTables, writeFile } from "../database-file.ts";

const readSessions = ({ read }: Database) =>
  read.builder
    .selectFrom("chatsession")
    .select(["id", "title", "created_at", "ordinal", "seq"])
    .orderBy("ordinal")
    .execute();

const readMessages = ({ read }: Database) =>
  read.builder
    .selectFrom("message")
    .select(["id", "session_id", "content", "sender", "timestamp", "seq"])
    .orderBy("id")
    .execute();

const adopt = async (statements: string) => open(writeFile(statements));

test("sessions keep the order in which they were made, and messages their ids and their order", async () => {
  const database = await adopt(`${originalTables}
    insert into chatsession values ('zoe', 'Z', '2025-01-02T00:00:00Z'), ('abe', 'A', '2025-01-01T00:00:00Z');
    insert into message values
      (9, 'abe', 'third', 'user', '2025-01-01T00:00:03Z'), (2, 'zoe', 'first', 'user', '2025-01-01T00:00:01Z'),
      (4, 'abe', 'second', 'assistant', '2025-01-01T00:00:02Z');`);
  expect(await readSessions(database)).toEqual([
    { id: "zoe", title: "Z", created_at: "2025-01-02T00:00:00Z", ordinal: 1, seq: 1 },
    { id: "abe", title: "A", created_at: "2025-01-01T00:00:00Z", ordinal: 2, seq: 2 },
  ]);
  expect(await readMessages(database)).toEqual([
    { id: 2, session_id: "zoe", content: "first", sender: "user", timestamp: "2025-01-01T00:00:01Z", seq: 1 },
    {
      id: 4,
      session_id: "abe",
      content: "second",
      sender: "assistant",
      timestamp: "2025-01-01T00:00:02Z",
      seq: 1,
    },
    { id: 9, session_id: "abe", content: "third", sender: "user", timestamp: "2025-01-01T00:00:03Z", seq: 2 },
  ]);
});

test("new messages go on above the highest id", async () => {
  const database = await adopt(`${originalTables}
    insert into chatsession values ('s', 'S', ''); insert into message values (41, 's', '', 'user', '');`);
  const inserted = await database.write((trx) =>
    trx.builder
      .insertInto("message")
      .values({ session_id: "s", content: "", sender: "user", timestamp: "", seq: 2 })
      .returning("id")
      .execute(),
  );
  expect(inserted).toEqual([{ id: 42 }]);
});

test("a stored datetime becomes what the original's API showed of it, in any encoding, and any other text stays as it is [STORED-2]", async () => {
  const times = [
    ["2025-11-30 12:00:00.000000", "2025-11-30T12:00:00"],
    ["2025-11-30 12:00:00.120000", "2025-11-30T12:00:00.120000"],
    ["2025-11-30 12:00:00.000001", "2025-11-30T12:00:00.000001"],
    ["2025-11-30T12:00:00.000Z", "2025-11-30T12:00:00.000Z"],
    ["2025-11-30 12:00:00", "2025-11-30T12:00:00"],
    ["2025-11-30 12:00", "2025-11-30T12:00:00"],
    ["2025-11-30 12:00:00.123", "2025-11-30T12:00:00.123000"],
    ["2025-11-30 12:00:00.5", "2025-11-30T12:00:00.500000"],
    ["2025-11-30 12:00:00.000", "2025-11-30T12:00:00"],
    ["2025-11-30 12:00:00.123456789", "2025-11-30T12:00:00.123456"],
    ["2025-11-30 12:00:00+00:00", "2025-11-30T12:00:00+00:00"],
    ["2025-11-30 12:00:00.123-08:00", "2025-11-30T12:00:00.123000-08:00"],
    ["2025-11-30 12:00Z", "2025-11-30T12:00:00Z"],
    ["2025-11-30 12:00:00.", "2025-11-30 12:00:00."],
    ["2025-11-30 12:00:00 UTC", "2025-11-30 12:00:00 UTC"],
    ["2025-11-30 12:00:0", "2025-11-30 12:00:0"],
    ["2025-11-30 12", "2025-11-30 12"],
    ["2025-11-30", "2025-11-30"],
    ["2025-11-30T12:00:00.123", "2025-11-30T12:00:00.123"],
    ["2025-11-30 12:00:00.000000 ", "2025-11-30 12:00:00.000000 "],
    ["2025-11-30 12:00:00.00000x", "2025-11-30 12:00:00.00000x"],
    [" 025-11-30 12:00:00.000000", " 025-11-30 12:00:00.000000"],
    ["yesterday", "yesterday"],
    ["", ""],
  ];
  const utf16 = ["UTF-16le", "UTF-16be"].map(
    (encoding) => `pragma encoding = '${encoding}'; ${originalTables}`,
  );
  for (const tables of [originalTables, looseOriginalTables, ...utf16]) {
    const values = times.map(([stored], index) => `(${index + 1}, 's', '', 'user', '${stored}')`).join(", ");
    const database = await adopt(`${tables} insert into message values ${values};
      insert into chatsession values ('s', 'S', '2025-11-30 12:00:00.500000');`);
    expect((await readMessages(database)).map(({ timestamp }) => timestamp)).toEqual(
      times.map(([, shown]) => shown),
    );
    expect((await readSessions(database))[0]?.created_at).toBe("2025-11-30T12:00:00.500000");
  }
});

test("messages whose session is gone get one, with the time of the first of them", async () => {
  const database = await adopt(`${looseOriginalTables}
    insert into chatsession values ('here', 'H', '2025-01-01T00:00:00Z');
    insert into message values
      (3, 'lost', 'x', 'user', '2025-02-01T00:00:00Z'), (1, 'gone', 'y', 'user', NULL),
      (2, 'gone', 'z', 'user', '2025-03-01 00:00:00.000000'), (4, 'dateless', 'v', 'user', NULL);`);
  expect(await readSessions(database)).toEqual([
    { id: "here", title: "H", created_at: "2025-01-01T00:00:00Z", ordinal: 1, seq: 0 },
    { id: "gone", title: "New chat", created_at: "2025-03-01T00:00:00", ordinal: 2, seq: 2 },
    { id: "lost", title: "New chat", created_at: "2025-02-01T00:00:00Z", ordinal: 3, seq: 1 },
    { id: "dateless", title: "New chat", created_at: "1970-01-01T00:00:00.000Z", ordinal: 4, seq: 1 },
  ]);
  expect((await readMessages(database)).map(({ id, timestamp }) => [id, timestamp])).toEqual([
    [1, "2025-03-01T00:00:00"],
    [2, "2025-03-01T00:00:00"],
    [3, "2025-02-01T00:00:00Z"],
    [4, "1970-01-01T00:00:00.000Z"],
  ]);
});

test("what is missing in a row is filled in, and the row stays", async () => {
  const database = await adopt(`${looseOriginalTables}
    insert into chatsession values ('a', NULL, NULL), ('b', NULL, NULL), (NULL, 'nameless', '2025-01-01T00:00:00Z');
    insert into message values (1, 'a', NULL, NULL, '2025-01-02T00:00:00Z'), (2, NULL, 'whose', 'user', NULL);`);
  expect(await readSessions(database)).toEqual([
    { id: "a", title: "New chat", created_at: "2025-01-02T00:00:00Z", ordinal: 1, seq: 1 },
    { id: "b", title: "New chat", created_at: "1970-01-01T00:00:00.000Z", ordinal: 2, seq: 0 },
    { id: "recovered-3", title: "nameless", created_at: "2025-01-01T00:00:00Z", ordinal: 3, seq: 0 },
    { id: "recovered", title: "New chat", created_at: "1970-01-01T00:00:00.000Z", ordinal: 4, seq: 1 },
  ]);
  expect(await readMessages(database)).toEqual([
    { id: 1, session_id: "a", content: "", sender: "user", timestamp: "2025-01-02T00:00:00Z", seq: 1 },
    {
      id: 2,
      session_id: "recovered",
      content: "whose",
      sender: "user",
      timestamp: "1970-01-01T00:00:00.000Z",
      seq: 1,
    },
  ]);
});

test("messages without a session join one that has the id they would get", async () => {
  const database = await adopt(`${looseOriginalTables}
    insert into chatsession values ('recovered', 'Mine', '2025-01-01T00:00:00Z');
    insert into message values (1, 'recovered', 'a', 'user', ''), (2, NULL, 'b', 'user', '');`);
  expect(await readSessions(database)).toMatchObject([{ id: "recovered", title: "Mine", seq: 2 }]);
  expect(await readMessages(database)).toMatchObject([{ seq: 1 }, { seq: 2, session_id: "recovered" }]);
});

test("odd text and values that are not text lose no row", async () => {
  const database = await adopt(`${looseOriginalTables}
    insert into chatsession values ('n' || char(0) || 'ul', 'T' || char(0), 5), (x'626c6f62', 1.5, x'3432'), ('', '', '');
    insert into message values
      (1, 'n' || char(0) || 'ul', 'a' || char(0) || 'b', '', 17), (2, x'626c6f62', x'68690a', 7, 1.25),
      (3, 'n', '😀 "quoted" ''single''', 'user', x'ff'), (4, '', '', 'user', '2025-11-30 12:00:00.00000' || char(0)),
      (-5, '', 'below zero', 'user', '');`);
  expect(await readSessions(database)).toEqual([
    { id: "n\0ul", title: "T\0", created_at: "5", ordinal: 1, seq: 1 },
    { id: "blob", title: "1.5", created_at: "42", ordinal: 2, seq: 1 },
    { id: "", title: "", created_at: "", ordinal: 3, seq: 2 },
    { id: "n", title: "New chat", created_at: "\u{fffd}", ordinal: 4, seq: 1 },
  ]);
  expect(await readMessages(database)).toEqual([
    { id: -5, session_id: "", content: "below zero", sender: "user", timestamp: "", seq: 1 },
    { id: 1, session_id: "n\0ul", content: "a\0b", sender: "", timestamp: "17", seq: 1 },
    { id: 2, session_id: "blob", content: "hi\n", sender: "7", timestamp: "1.25", seq: 1 },
    {
      id: 3,
      session_id: "n",
      content: "😀 \"quoted\" 'single'",
      sender: "user",
      timestamp: "\u{fffd}",
      seq: 1,
    },
    { id: 4, session_id: "", content: "", sender: "user", timestamp: "2025-11-30 12:00:00.00000\0", seq: 2 },
  ]);
});

test("a file with only one of the two tables is taken over", async () => {
  const [sessions = "", messages = ""] = originalTables.split("create table message");
  const withSessions = await adopt(`${sessions} insert into chatsession values ('s', 'S', '');`);
  expect(await readSessions(withSessions)).toMatchObject([{ id: "s", seq: 0 }]);
  const withMessages = await adopt(
    `create table message ${messages} insert into message values (7, 's', '', 'user', '');`,
  );
  expect(await readSessions(withMessages)).toMatchObject([{ id: "s", seq: 1 }]);
  expect(await readMessages(withMessages)).toMatchObject([{ id: 7 }]);
});

test("empty tables and names in capitals are taken over", async () => {
  const capitals = originalTables
    .replace("table message", "table Message")
    .replace("title VARCHAR", "TITLE VARCHAR");
  const database = await adopt(capitals);
  expect([await readSessions(database), await readMessages(database)]).toEqual([[], []]);
});
