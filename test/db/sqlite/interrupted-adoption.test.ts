import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, watch } from "node:fs";
import { dirname, join } from "node:path";
import SqliteFile from "better-sqlite3";
import type { SqliteDatabase } from "kysely";
import { Kysely } from "kysely";
import { expect, test } from "vitest";
import { migrate } from "../../../db/sqlite/migrate.ts";
import { migrations } from "../../../db/sqlite/migrations/index.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { SqliteMigrationDialect } from "../../../db/sqlite/sqlite-dialect.ts";
import type { Tables } from "../../../db/statements/tables.ts";
import {
  digest,
  looseOriginalTables,
  newDatabasePath,
  originalWithMessages,
  query,
  writeFile,
} from "../database-file.ts";

const contents = `
  select m.id, m.session_id, m.content, m.sender, m.timestamp, s.title, s.created_at
  from message as m join chatsession as s on s.id = m.session_id order by m.id`;

/** Whether the file is the original, whole, or its successor, whole; anything else fails. */
function stateOf(file: string): "original" | "adopted" {
  // Not read-only: SQLite must undo unfinished work, as it does for the next program that opens the file.
  const database = new SqliteFile(file);
  try {
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    const tables =
      "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by name";
    const names = database.prepare<unknown[], string>(tables).pluck().all();
    if (names.join(" ") === "chatsession message") return "original";
    expect(names).toEqual([
      "bookmark",
      "chatsession",
      "history",
      "kysely_migration",
      "kysely_migration_lock",
      "message",
      "reply",
      "reply_block",
      "reply_piece",
    ]);
    expect(database.prepare("select name from kysely_migration").pluck().all()).toEqual(
      Object.keys(migrations),
    );
    return "adopted";
  } finally {
    database.close();
  }
}

/** `database`, but that `after` runs when a statement has run. */
function observe(database: SqliteFile.Database, after: () => void): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = database.prepare(text);
      return {
        reader: statement.reader,
        all(parameters) {
          const rows = statement.all(...parameters);
          after();
          return rows;
        },
        run(parameters) {
          const result = statement.run(...parameters);
          after();
          return result;
        },
        iterate: (parameters) => statement.iterate(...parameters),
      };
    },
  };
}

test("whatever statement a crash comes after, the file is the original or its whole successor", async () => {
  const file = writeFile(originalWithMessages(3000));
  const rows = query(file, contents);
  const database = new SqliteFile(file);
  // So small that unfinished work goes into the file itself all the time.
  database.pragma("cache_size = 10");
  const images: string[] = [];
  const takeImage = () => {
    const image = join(dirname(file), String(images.length), "ai_desk.db");
    mkdirSync(dirname(image));
    for (const suffix of ["", "-journal"]) {
      if (existsSync(file + suffix)) copyFileSync(file + suffix, image + suffix);
    }
    images.push(image);
  };
  await migrate(
    new Kysely<Tables>({
      dialect: new SqliteMigrationDialect({ database: observe(database, takeImage) }, 0),
    }),
  );
  database.close();

  const spoiled = images.filter((image) => existsSync(`${image}-journal`));
  expect(spoiled.length).toBeGreaterThan(10);
  const states = images.map(stateOf);
  expect(states).toEqual(states.toSorted().toReversed());
  expect(new Set(states)).toEqual(new Set(["original", "adopted"]));
  for (const image of images) {
    await (await openDatabase({ file: image, synchronous: "normal" })).close();
    expect(stateOf(image)).toBe("adopted");
    expect(query(image, contents)).toEqual(rows);
  }
});

test("a process killed while it takes over a large file leaves the original or its whole successor", async () => {
  const file = writeFile(originalWithMessages(300_000));
  const rows = query(file, `select count(*), sum(length(content)), max(id) from (${contents})`);
  const journal = new Promise<void>((resolve) => {
    const watcher = watch(dirname(file), (_, name) => {
      if (!name?.endsWith("-journal")) return;
      watcher.close();
      resolve();
    });
  });
  const child = spawn(process.execPath, [join(import.meta.dirname, "opening-process.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  child.stdin.write(`${file}\n`);
  await journal;
  child.kill("SIGKILL");
  expect(await exit).toEqual([null, "SIGKILL"]);
  expect(existsSync(`${file}-journal`)).toBe(true);
  expect(stateOf(file)).toBe("original");
  await (await openDatabase({ file, synchronous: "normal" })).close();
  expect(stateOf(file)).toBe("adopted");
  expect(query(file, `select count(*), sum(length(content)), max(id) from (${contents})`)).toEqual(rows);
});

test("a row that cannot be taken over fails the start and leaves the file as it was", async () => {
  const file = writeFile(
    `${looseOriginalTables} insert into chatsession values ('same', 'A', ''), (cast('same' as blob), 'B', '')`,
    newDatabasePath(),
  );
  const before = digest(file);
  await expect(openDatabase({ file, synchronous: "full" })).rejects.toThrow(
    "UNIQUE constraint failed: chatsession.id",
  );
  expect(digest(file)).toBe(before);
});
