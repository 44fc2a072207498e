import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { migrations } from "../../../db/sqlite/migrations/index.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { checkFile } from "../../../db/sqlite/check-file.ts";
import { createSqliteStore } from "../../../db/sqlite/sqlite-store.ts";
import { fileRules } from "../../../db/sqlite/file-rules.ts";
import { deleteSessionRow } from "../../../db/statements/purge.ts";
import { fillSession } from "../../support/fill-session.ts";
import {
  digest,
  leaveAsKilled,
  newDatabasePath,
  olderFile,
  originalTables,
  originalWithMessages,
  writeFile,
} from "../database-file.ts";
import { damagePage } from "../damaged-file.ts";
import { fillFile } from "../filled-file.ts";

async function filledFile(): Promise<string> {
  const file = newDatabasePath();
  const database = await openDatabase({ file, synchronous: "normal" });
  await fillFile(database);
  await database.close();
  return file;
}

const findings = async (file: string) => (await checkFile(file)).faults.map(({ rule }) => rule);

test("a file that the product has written breaks no rule: sessions made, renamed, deleted and made anew, messages added, edited and deleted [CHECK-1]", async () => {
  const { kind, faults, ...content } = await checkFile(await filledFile());
  expect(kind.is).toBe("ours");
  expect(faults).toEqual([]);
  expect(content).toEqual({ sessions: 2, messages: 4 });
});

test("a reply that streams breaks no rule, nor does the deletion of its session [CHECK-1]", async () => {
  const file = await filledFile();
  const database = await openDatabase({ file, synchronous: "normal" });
  const store = createSqliteStore(database);
  await store.change("talk", (session) => session.create({ title: "", created_at: "" }));
  fillSession(file, "talk", { count: 300, content: "x" });
  const message = { sender: "assistant", timestamp: "", content: "", key: null, key_digest: null };
  const reply = await store.change("talk", (session) =>
    session.addMessage({ ...message, status: "streaming" }),
  );
  expect(await findings(file)).toEqual([]);
  for (const start of [0, 4]) {
    const piece = { start, text: "text", chunk_start: 0, chunks: [] };
    await store.change("talk", (session) => session.appendToReply(reply?.id ?? 0, piece));
    expect(await findings(file)).toEqual([]);
  }
  await database.write((trx) => deleteSessionRow(trx, "talk"));
  expect(await findings(file)).toEqual([]);
  await database.close();
});

test("a deletion that is not finished breaks no rule, nor does a session that is made anew meanwhile [CHECK-1] [DELETED-2]", async () => {
  const file = await filledFile();
  const database = await openDatabase({ file, synchronous: "normal" });
  await database.write(async (trx) => {
    await insertSession(trx, { id: "large", title: "", created_at: "" });
  });
  fillSession(file, "large", { count: 300, content: "x" });
  await database.write((trx) => deleteSessionRow(trx, "large"));
  expect(await findings(file)).toEqual([]);
  await database.write((trx) => insertSession(trx, { id: "large", title: "", created_at: "" }));
  expect(await findings(file)).toEqual([]);
  await database.close();
});

const broken: [rule: string, statements: string, said: RegExp, isUnusable?: true][] = [
  [
    "ORPHAN",
    "delete from chatsession where id = 'busy'",
    /4 messages without a session: message \d of 'busy'/,
  ],
  [
    "HEAD",
    "update chatsession set seq = 1, title_seq = 0 where id = 'busy'",
    /'busy' at 1 with a message at/,
  ],
  [
    "GAP",
    "update chatsession set seq = seq + 5 where id = 'busy'",
    /1 sessions whose last change is in no row/,
  ],
  ["REPLY", "update message set status = 'streaming' where id = 1", /message 1, which streams/],
  [
    "REPLY",
    "insert into reply (message_id, session_id, writer, seq, chars) values (1, 'busy', '', 1, 0)",
    /message 1, which does not stream/,
  ],
  [
    "REPLY",
    `update message set status = 'streaming' where id = 1;
    insert into reply (message_id, session_id, writer, seq, chars) values (1, 'busy', '', 99, 0)`,
    /message 1 at 99/,
  ],
  ["REPLY", "insert into reply_piece values (1, 1, 0, 'text', 0, null)", /pieces of message 1\./],
  [
    "DOUBLED SEQ",
    "drop index message_log; update message set seq = (select max(seq) from message) where id = 1",
    /1 positions of two changes: session 'busy' at/,
  ],
  [
    "DOUBLED KEY",
    "drop index message_key; update message set key = 'k', key_digest = 'd' where id in (1, 2)",
    /keys of two messages: key 'k' of 'busy'/,
  ],
  ["PLACE", "update chatsession set start_seq = seq + 1 where id = 'busy'", /session 'busy'/],
  ["PLACE", "update chatsession set ordinal = 9223372036854775807 where id = 'busy'", /session 'busy'/],
  ["PLACE", "update chatsession set ordinal = 9007199254740991 where id = 'busy'", /at the last position/],
  ["PLACE", "update chatsession set seq = 9007199254740992 where id = 'busy'", /session 'busy'/],
  ["PLACE", "update message set seq = 9007199254740992 where id = 1", /message 1/],
  ["LIST", "update chatsession set list_seq = 9007199254740991 where id = 'busy'", /session 'busy'/],
  ["VALUE", "update chatsession set ordinal = 'first' where id = 'busy'", /session 'busy'/],
  ["LIST", "drop index chatsession_list; update chatsession set list_seq = 3", /position 3/],
  ["ACTIVITY", "update chatsession set activity_seq = 'text' where id = 'busy'", /'busy' at 'text'/],
  ["ACTIVITY", "update chatsession set activity_seq = 1e15 + 0.5 where id = 'busy'", /session 'busy'/],
  ["ACTIVITY", "update chatsession set activity_seq = list_seq + 100 where id = 'busy'", /session 'busy'/],
  ["FIRST SEQ", "update message set sent_seq = seq + 1 where id = 1", /message 1 at/],
  ["FIRST SEQ", "update message set sent_seq = 'first' where id = 1", /message 1 at 'first'/],
  ["TOMBSTONE", "update message set content = 'still here' where deleted = 1", /still have their text/],
  [
    "PURGE",
    "update chatsession set deleted = 1, title = '' where id = 'again'",
    /messages of deleted sessions that nothing removes: message \d of 'again'/,
  ],
  ["VALUE", "update message set content = x'00ff' where id = 1", /message 1/],
  ["HISTORY", "delete from history", /holds 0 rows/, true],
  ["HISTORY", "update history set epoch = 'X'", /holds the row "X"/, true],
  ["SCHEMA", "drop index message_page", /Missing: index message_page/],
  ["SCHEMA", "drop table history", /Missing: table history\./, true],
  [
    "REFERENCE",
    "create table likes (message_id integer references message (id)); insert into likes values (999)",
    /1 rows of the table "likes"/,
  ],
];

test.each(broken)("%s is found after: %s [CHECK-1]", async (rule, statements, said, isUnusable) => {
  const file = writeFile(statements, await filledFile());
  const { faults } = await checkFile(file);
  expect(faults.map((fault) => fault.rule)).toContain(rule);
  const fault = faults.find((each) => each.rule === rule);
  expect(fault?.sentence).toMatch(said);
  expect(fault?.isUnusable).toBe(isUnusable ?? false);
});

test("every rule is broken by one of these", () => {
  const tried = new Set(broken.map(([rule]) => rule));
  expect(fileRules.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});

test("a damaged page is found, and nothing else is asked of that file [CHECK-1]", async () => {
  const file = await filledFile();
  damagePage(file, "message_log");
  expect(await findings(file)).toEqual(["INTEGRITY"]);
});

test("a file of an older version, of a newer one, of the original backend and of another program is named as what it is", async () => {
  const [first = "", second = ""] = Object.keys(migrations);
  const older = await olderFile(2);
  const newer = writeFile("insert into kysely_migration values ('9999-later', '')", await filledFile());
  expect((await checkFile(older)).kind).toMatchObject({ is: "older", migrations: [first, second] });
  expect((await checkFile(newer)).kind).toMatchObject({ is: "newer" });
  expect((await checkFile(writeFile(originalWithMessages(10)))).kind).toMatchObject({ is: "original" });
  expect((await checkFile(writeFile("create table notes (text)"))).kind).toMatchObject({
    is: "foreign",
  });
});

const beyond = "9007199254740993";

/** Files that a start refuses, and what its sentence and that of a check both say of them. */
const refused: [what: string, make: () => string | Promise<string>, said: RegExp][] = [
  [
    "another program's tables",
    () => writeFile("create table notes (text)"),
    /the table "notes" and none of AI Desk's/,
  ],
  ["views alone", () => writeFile("create view notes as select 1"), /the view "notes" and none of AI Desk's/],
  [
    "a message id that JSON cannot hold, of the original backend",
    () => writeFile(`${originalTables} insert into message values (${beyond}, 's', '', 'user', '')`),
    new RegExp(`The message id ${beyond} of this file`),
  ],
  [
    "another program's migrations",
    () =>
      writeFile(
        "create table kysely_migration (name, timestamp); insert into kysely_migration values ('init', '')",
      ),
    /The migrations of this file \("init"\) are another program's\./,
  ],
  [
    "a migration between others missing",
    async () => writeFile("delete from kysely_migration where name like '0003%'", await filledFile()),
    /The migrations of this file lack "0003-list-page", which comes before "0011-/,
  ],
  [
    "a newer version's migration",
    async () => writeFile("insert into kysely_migration values ('9999-later', '')", await filledFile()),
    /A newer version of AI Desk has migrated this file to "9999-later"/,
  ],
];

test.each(refused)(
  "a check judges as a start does, and says what to do: %s [CHECK-1] [START-1]",
  async (_, make, said) => {
    const file = await make();
    const { kind } = await checkFile(file);
    expect(["foreign", "newer"]).toContain(kind.is);
    expect(kind.sentence).toMatch(said);
    expect(kind.sentence).toMatch(/\. (?:Use the newer version, or name|Name) another file\.$/);
    await expect(openDatabase({ file, synchronous: "normal" })).rejects.toThrow(said);
  },
);

test("a path at which there is no database is refused with a sentence", async () => {
  const missing = newDatabasePath();
  const folder = dirname(missing);
  const text = join(folder, "notes.txt");
  writeFileSync(text, "Remember the milk, and everything else that is on the list.");
  const empty = join(folder, "empty.db");
  writeFileSync(empty, "");
  await expect(checkFile(missing)).rejects.toThrow(`There is no file ${missing}.`);
  await expect(checkFile(folder)).rejects.toThrow(`${folder} is a folder.`);
  await expect(checkFile(text)).rejects.toThrow(`${text} is not an SQLite file.`);
  await expect(checkFile(empty)).rejects.toThrow(`${empty} is empty.`);
});

test("a check leaves a file, and the log that a killed server left beside it, as they are [CHECK-2]", async () => {
  const live = newDatabasePath();
  const database = await openDatabase({ file: live, synchronous: "normal" });
  onTestFinished(() => database.close());
  await fillFile(database);
  const file = leaveAsKilled(live);
  const before = [digest(file), digest(`${file}-wal`)];
  expect(await checkFile(file)).toMatchObject({ faults: [], sessions: 2, messages: 4 });
  expect([digest(file), digest(`${file}-wal`)]).toEqual(before);
  expect(await checkFile(live)).toMatchObject({ faults: [], sessions: 2, messages: 4 });

  const closed = await filledFile();
  const closedDigest = digest(closed);
  await checkFile(closed);
  expect(digest(closed)).toBe(closedDigest);
  expect(readdirSync(dirname(closed)).filter((name) => /-(?:wal|shm|journal)$/.test(name))).toEqual([]);
});
