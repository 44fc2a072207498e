import SqliteFile from "better-sqlite3";
import type { CompiledQuery } from "kysely";
import { Kysely } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { listChangedMessages, readSnapshot } from "../../db/log-queries.ts";
import { findMessageByKey, listMessages } from "../../db/message-queries.ts";
import type { Executor } from "../../db/open-database.ts";
import { listSessions } from "../../db/session-queries.ts";
import { SqliteReaderDialect } from "../../db/sqlite-dialect.ts";
import type { Tables } from "../../db/tables.ts";
import { newDatabasePath, open } from "./database-file.ts";

/** How SQLite goes about the statements that `run` sends, with the values that it sends. */
async function planOf(run: (db: Executor) => Promise<unknown>): Promise<string> {
  const file = newDatabasePath();
  await open(file);
  const database = new SqliteFile(file, { readonly: true });
  onTestFinished(() => void database.close());
  const sent: CompiledQuery[] = [];
  await run(
    new Kysely<Tables>({
      dialect: new SqliteReaderDialect({ database }),
      log: ({ query }) => void sent.push(query),
    }),
  );
  return sent
    .flatMap((query) =>
      database
        .prepare<unknown[], { detail: string }>(`explain query plan ${query.sql}`)
        .all(query.parameters),
    )
    .map(({ detail }) => detail)
    .join("\n");
}

test.each([
  ["oldest", { after: 5 }, "USING INDEX message_page (session_id=? AND rowid>?)"],
  ["newest", { before: 5 }, "USING INDEX message_page (session_id=? AND rowid<?)"],
  ["newest", {}, "USING INDEX message_page (session_id=?)"],
] as const)("a page from the %s with %o reads only its own rows", async (from, position, index) => {
  const plan = await planOf((db) => listMessages(db, { sessionId: "s", limit: 10, from, ...position }));
  expect(plan).toBe(`SEARCH message ${index}`);
});

test("catching up reads only what was missed", async () => {
  const plan = await planOf((db) =>
    listChangedMessages(db, { sessionId: "s", after: 5, upTo: 9, limit: 10 }),
  );
  expect(plan).toBe("SEARCH message USING INDEX message_log (session_id=? AND seq>? AND seq<?)");
});

test("a repeated send is found by its key", async () => {
  const plan = await planOf((db) => findMessageByKey(db, "s", "key"));
  expect(plan).toBe("SEARCH message USING INDEX message_key (session_id=? AND key=?)");
});

test("a page of the session list reads only its own rows", async () => {
  const plan = await planOf((db) => listSessions(db, { beforeOrdinal: 5, limit: 10 }));
  expect(plan).toBe("SEARCH chatsession USING INDEX chatsession_ordinal (ordinal<?)");
});

test("a snapshot takes the latest messages from the end of the pages", async () => {
  const plan = await planOf((db) => readSnapshot(db, "s", 100));
  expect(plan).toContain("SEARCH message USING INDEX message_page (session_id=?)");
});
