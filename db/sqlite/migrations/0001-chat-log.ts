import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Migration } from "kysely/migration";
import { copyOriginal, dropOriginal, setOriginalAside } from "./adopt-original.ts";
import { findOriginal } from "./original-tables.ts";
import { refuseStranger } from "./refuse-stranger.ts";

/** The tables of the chat log, filled from those of the original backend if the file has them. */
export const chatLog: Migration = {
  async up(db: Kysely<unknown>) {
    const original = await findOriginal(db);
    if (original.length === 0) await refuseStranger(db);
    else await setOriginalAside(db, original);
    await createTables(db);
    if (original.length > 0) {
      await copyOriginal(db);
      await dropOriginal(db);
    }
    await createIndexes(db);
  },
};

async function createTables(db: Kysely<unknown>): Promise<void> {
  const flag = sql`deleted in (0, 1)`;
  await db.schema
    .createTable("chatsession")
    .addColumn("id", "text", (column) => column.notNull().primaryKey())
    .addColumn("title", "text", (column) => column.notNull())
    .addColumn("created_at", "text", (column) => column.notNull())
    .addColumn("ordinal", "integer", (column) => column.notNull())
    .addColumn("seq", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("title_seq", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("start_seq", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("deleted", "integer", (column) => column.notNull().defaultTo(0).check(flag))
    .execute();
  await db.schema
    .createTable("message")
    .addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
    .addColumn("session_id", "text", (column) => column.notNull().references("chatsession.id"))
    .addColumn("content", "text", (column) => column.notNull())
    .addColumn("sender", "text", (column) => column.notNull())
    .addColumn("timestamp", "text", (column) => column.notNull())
    .addColumn("seq", "integer", (column) => column.notNull())
    .addColumn("deleted", "integer", (column) => column.notNull().defaultTo(0).check(flag))
    .addColumn("key", "text")
    .addColumn("key_digest", "text")
    .execute();
  await db.schema
    .createTable("history")
    .addColumn("id", "integer", (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn("epoch", "text", (column) => column.notNull())
    .execute();
  await sql`insert into history (id, epoch) values (1, lower(hex(randomblob(8))))`.execute(db);
}

/** After the copying: filling an index row by row costs several times as much as building it. */
async function createIndexes(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex("chatsession_ordinal").unique().on("chatsession").column("ordinal").execute();
  await db.schema.createIndex("message_log").unique().on("message").columns(["session_id", "seq"]).execute();
  // Index entries are ordered by the rowid, which is `id`: naming `id` would only store it twice.
  await sql`create index message_page on message (session_id) where deleted = 0`.execute(db);
  await sql`create unique index message_key on message (session_id, key) where key is not null`.execute(db);
}
