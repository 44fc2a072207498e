import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { listChangedSessions, readListHead, readListSnapshot } from "../../../db/statements/list-queries.ts";
import {
  findSidebarSessions,
  listOrdinalsByActivity,
  listSidebarPage,
} from "../../../db/statements/sidebar-pages.ts";
import { listChangedMessages } from "../../../db/statements/log-queries.ts";
import { findMessageByKey } from "../../../db/statements/message-queries.ts";
import type { Executor } from "../../../db/statements/executor.ts";
import { SqliteStatements } from "../../../db/sqlite/sqlite-statements.ts";
import { listMessages } from "../../../db/statements/message-pages.ts";
import { hasUnpurged } from "../../../db/statements/purge.ts";
import { findSessionExtent, listSessionExtents } from "../../../db/statements/session-extents.ts";
import { readSnapshot } from "../../../db/statements/snapshot.ts";
import { newDatabasePath, open } from "../database-file.ts";

/** How SQLite goes about the statements that `run` sends, with the values that it sends. */
async function planOf(run: (db: Executor) => Promise<unknown>): Promise<string> {
  const file = newDatabasePath();
  await open(file);
  const database = new SqliteFile(file, { readonly: true });
  onTestFinished(() => void database.close());
  const sent: { sql: string; values: readonly unknown[] }[] = [];
  const statements = new SqliteStatements(database);
  await run({
    builder: statements.builder,
    run(statement, values) {
      sent.push({ sql: statement.sql, values });
      return statements.run(statement, values);
    },
  });
  return sent
    .flatMap(({ sql, values }) =>
      database.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`).all(...values),
    )
    .map(({ detail }) => detail)
    .join("\n");
}

const life = {
  id: "s",
  ordinal: 1,
  start_seq: 0,
  title_seq: 0,
  purge_id: null,
  has_open_replies: 0,
} as const;

/** Whether the session is still the same is asked once, and not for each message. */
const lifeOnce = "SEARCH chatsession EXISTS USING INDEX chatsession_ordinal (ordinal=?)";

/** Run for the messages alone that are streaming: their position, their text and, if they have any, their chunks. */
function blocksAndPieces(first: number): string[] {
  const [blocks, pieces] = [`(subquery-${first})`, `(subquery-${first + 3})`];
  return [
    `CORRELATED SCALAR SUBQUERY ${first + 1}`,
    `CO-ROUTINE ${blocks}`,
    "SEARCH reply_block USING PRIMARY KEY (message_id=?)",
    `SCAN ${blocks}`,
    `CORRELATED SCALAR SUBQUERY ${first + 4}`,
    `CO-ROUTINE ${pieces}`,
    "SEARCH reply_piece USING PRIMARY KEY (message_id=? AND seq>?)",
    `CORRELATED SCALAR SUBQUERY ${first + 2}`,
    "SEARCH reply_block USING PRIMARY KEY (message_id=?)",
    `SCAN ${pieces}`,
  ];
}
const ofStreamingReplies = [
  "CORRELATED SCALAR SUBQUERY 1",
  "SEARCH reply USING INTEGER PRIMARY KEY (rowid=?)",
  ...blocksAndPieces(2),
  "CORRELATED SCALAR SUBQUERY 7",
  "SEARCH reply USING INTEGER PRIMARY KEY (rowid=?)",
  ...blocksAndPieces(8),
];

test.each([
  ["oldest", { after: 5 }, "USING INDEX message_page (session_id=? AND rowid>?)"],
  ["newest", { before: 5 }, "USING INDEX message_page (session_id=? AND rowid<?)"],
  ["newest", {}, "USING INDEX message_page (session_id=?)"],
] as const)("a page from the %s with %o reads only its own rows", async (from, position, index) => {
  const plan = await planOf((db) => listMessages(db, { life, limit: 10, from, ...position }));
  expect(plan.split("\n").slice(0, 2)).toEqual([lifeOnce, `SEARCH message ${index}`]);
  expect(plan.split("\n").slice(2)).toEqual(ofStreamingReplies);
});

test("a page of a session that was made anew passes over what its past life has left", async () => {
  const plan = await planOf((db) =>
    listMessages(db, { life: { ...life, purge_id: 3 }, limit: 10, from: "oldest" }),
  );
  expect(plan).toContain("USING INDEX message_page (session_id=? AND rowid>?)");
});

test("catching up reads only what was missed", async () => {
  const plan = await planOf((db) => listChangedMessages(db, { life, after: 5, upTo: 9, limit: 10 }));
  expect(plan.split("\n").slice(0, 2)).toEqual([
    lifeOnce,
    "SEARCH message USING INDEX message_log (session_id=? AND seq>? AND seq<?)",
  ]);
});

test("catching up with open replies reads only their pieces that were missed", async () => {
  const streaming = { ...life, has_open_replies: 1 } as const;
  const plan = await planOf((db) =>
    listChangedMessages(db, { life: streaming, after: 5, upTo: 9, limit: 10 }),
  );
  expect(plan.split("\n").slice(0, 7)).toEqual([
    "COMPOUND QUERY",
    "LEFT-MOST SUBQUERY",
    "SEARCH reply USING INDEX reply_session (session_id=?)",
    "SEARCH message USING INTEGER PRIMARY KEY (rowid=?)",
    "UNION ALL",
    "SEARCH reply USING COVERING INDEX reply_session (session_id=?)",
    "SEARCH piece USING PRIMARY KEY (message_id=? AND seq>? AND seq<?)",
  ]);
});

test("a repeated send is found by its key", async () => {
  const plan = await planOf((db) => findMessageByKey(db, "s", "key"));
  expect(plan).toContain("SEARCH message USING INDEX message_key (session_id=? AND key=?)");
  expect(plan).not.toMatch(/SCAN (?!\(subquery)/);
});

test("a page of the session list reads only its own rows", async () => {
  const page = { limit: 10, excerptChars: 200 };
  const place = { beforeActivity: 5, beforeOrdinal: 5 };
  const newest = await planOf((db) => listSidebarPage(db, { ...page, place: { order: "newest", ...place } }));
  expect(newest).toContain("SEARCH session USING INDEX chatsession_page (ordinal<?)");
  const active = await planOf((db) =>
    listSidebarPage(db, { ...page, place: { order: "activity", ...place } }),
  );
  expect(active).toContain("SEARCH session USING INDEX chatsession_activity ((activity_seq,ordinal)<(?,?))");
  expect(newest + active).not.toContain("TEMP B-TREE");
});

test("the whole list by activity takes its order from an index, and its rows one by one", async () => {
  expect(await planOf((db) => listOrdinalsByActivity(db))).toBe(
    "SCAN chatsession USING COVERING INDEX chatsession_activity",
  );
  const rows = await planOf((db) => findSidebarSessions(db, { ordinals: [3, 1], excerptChars: 200 }));
  expect(rows).toContain("SEARCH session USING INDEX chatsession_ordinal (ordinal=?)");
  expect(rows).not.toContain("SCAN session");
});

test("a page of sessions with their messages reads only its own rows, and once how far the messages reach", async () => {
  const last = ["SCALAR SUBQUERY 1", "SEARCH sqlite_sequence"];
  const page = await planOf((db) => listSessionExtents(db, { beforeOrdinal: 5, limit: 10 }));
  expect(page.split("\n")).toEqual(["SEARCH chatsession USING INDEX chatsession_page (ordinal<?)", ...last]);
  const one = await planOf((db) => findSessionExtent(db, "s"));
  expect(one.split("\n")).toEqual([
    "SEARCH chatsession USING INDEX sqlite_autoindex_chatsession_1 (id=?)",
    ...last,
  ]);
});

test("unfinished deletions are found without looking for them", async () => {
  expect(await planOf((db) => hasUnpurged(db))).toBe(
    "SEARCH chatsession USING INDEX chatsession_purge (id>?)",
  );
});

test("a snapshot takes the latest messages from the end of the pages", async () => {
  const plan = await planOf((db) => readSnapshot(db, "s", { messages: 100, contentBytes: 1000 }));
  expect(plan).toContain("SEARCH message USING INDEX message_page (session_id=? AND rowid>?)");
});

test("the head of the list is the end of its log [LIST-2]", async () => {
  const plan = await planOf((db) => readListHead(db));
  expect(plan).toContain("SEARCH chatsession USING COVERING INDEX chatsession_list");
  expect(plan).not.toContain("SCAN");
});

/** A session's last message: the end of its page, and its row. */
function lastMessage(subquery: number): string[] {
  return [
    "SEARCH last USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
    `CORRELATED SCALAR SUBQUERY ${subquery}`,
    "SEARCH message USING COVERING INDEX message_page (session_id=?)",
    ...blocksAndPieces(subquery - 5),
  ];
}

test("catching up on the list reads only what has changed, and of each session its last message [LIST-2]", async () => {
  const plan = await planOf((db) =>
    listChangedSessions(db, { after: 5, upTo: 9, limit: 10, excerptChars: 200 }),
  );
  expect(plan.split("\n")).toEqual([
    "SEARCH session USING INDEX chatsession_list (list_seq>? AND list_seq<?)",
    ...lastMessage(6),
  ]);
});

test("a snapshot of the list takes the latest from the end of their order, and of each its last message [LIST-2]", async () => {
  const plan = await planOf((db) => readListSnapshot(db, { limit: 101, excerptChars: 200 }));
  expect(plan.split("\n")).toEqual([
    "CO-ROUTINE head",
    "SEARCH chatsession USING COVERING INDEX chatsession_list",
    "MATERIALIZE latest",
    // From its end, and no further than the limit: no sorting comes after it.
    "SCAN session USING INDEX chatsession_activity",
    ...lastMessage(7),
    "SCAN head",
    "SCAN latest LEFT-JOIN",
    "USE TEMP B-TREE FOR ORDER BY",
  ]);
});
