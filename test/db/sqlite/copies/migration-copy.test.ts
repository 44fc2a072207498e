import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { expect, test } from "vitest";
import { migrations } from "../../../../db/sqlite/migrations/index.ts";
import type { OpenOptions } from "../../../../db/sqlite/open-database.ts";
import { openDatabase } from "../../../../db/sqlite/open-database.ts";
import { checkFile } from "../../../../db/sqlite/check-file.ts";
import { startServer } from "../../../support/start-server.ts";
import { newDatabasePath, olderFile, originalWithMessages, query, writeFile } from "../../database-file.ts";

const names = Object.keys(migrations);

async function openAndClose(file: string, options: Partial<OpenOptions> = {}): Promise<void> {
  await (
    await openDatabase({ file, synchronous: "normal", copiesBeforeMigration: true, ...options })
  ).close();
}

const copiesOf = (file: string): string[] =>
  readdirSync(dirname(file))
    .filter((name) => name.startsWith(`${basename(file)}.`))
    .toSorted();

test("a file of an older version is copied as that version left it, for its owner alone, before it is migrated [MIGRATE-1]", async () => {
  const file = await olderFile(2);
  await openAndClose(file);
  expect(copiesOf(file)).toEqual(["ai_desk.db.before-0003"]);
  const copy = `${file}.before-0003`;
  expect((await checkFile(copy)).kind).toMatchObject({ is: "older", migrations: names.slice(0, 2) });
  expect(statSync(copy).mode & 0o777).toBe(0o600);
  expect(query(copy, "select epoch from history")).toEqual(query(file, "select epoch from history"));
  // Its own upgrade begins with a copy of it.
  await openAndClose(copy);
  expect((await checkFile(copy)).kind.is).toBe("ours");
});

test("a file of the original backend is copied with every row before it is taken over [MIGRATE-1]", async () => {
  const file = writeFile(originalWithMessages(200));
  const rows = query(file, "select * from message");
  await openAndClose(file);
  expect(copiesOf(file)).toEqual(["ai_desk.db.before-0001"]);
  expect(query(`${file}.before-0001`, "select * from message")).toEqual(rows);
  expect((await checkFile(`${file}.before-0001`)).kind.is).toBe("original");
});

test("the newest copy is kept, and a file that lacks nothing, a new one and one that is refused are not copied [MIGRATE-1]", async () => {
  const file = await olderFile(1);
  for (const end of ["0000", "0001"]) writeFileSync(`${file}.before-${end}`, "an older copy");
  writeFileSync(`${file}.before-the-move`, "somebody else's");
  await openAndClose(file);
  const kept = ["ai_desk.db.before-0002", "ai_desk.db.before-the-move"];
  expect(copiesOf(file)).toEqual(kept);
  await openAndClose(file);
  expect(copiesOf(file)).toEqual(kept);

  const fresh = newDatabasePath();
  await openAndClose(fresh);
  expect(copiesOf(fresh)).toEqual([]);
  const foreign = writeFile("create table chatsession (id integer primary key, owner text)");
  await expect(openAndClose(foreign)).rejects.toThrow("chatsession");
  expect(copiesOf(foreign)).toEqual([]);
});

test("a start whose copy fails is refused with a sentence that names the setting, and the file is as it was [MIGRATE-2]", async () => {
  const file = await olderFile(2);
  mkdirSync(`${file}.before-0003/in the way`, { recursive: true });
  await expect(openAndClose(file)).rejects.toThrow(
    /must be migrated \(0003-list-page.*\), and the copy before that failed\. .* or set MIGRATION_COPY=off/,
  );
  expect((await checkFile(file)).kind).toMatchObject({ is: "older", migrations: names.slice(0, 2) });
  expect(copiesOf(file)).toEqual(["ai_desk.db.before-0003"]);
  await openAndClose(file, { copiesBeforeMigration: false });
  expect((await checkFile(file)).kind.is).toBe("ours");
});

test("the server copies by default, and not with MIGRATION_COPY=off [MIGRATE-1]", async () => {
  for (const [setting, copies] of [
    [undefined, ["ai_desk.db.before-0003"]],
    ["off", []],
  ] as const) {
    const file = await olderFile(2);
    const server = await startServer({ DATABASE_URL: `file:${file}`, MIGRATION_COPY: setting });
    await server.stop();
    expect(copiesOf(file)).toEqual(copies);
  }
});

/** 18 MB of the original backend's, which a process of its own migrates. */
function largeOriginal(): string {
  return writeFile(`${originalWithMessages(1)} create table filler (content);
    insert into filler values (zeroblob(18000000))`);
}

test.each([
  { what: "new", make: newDatabasePath, said: "was created, at version NEW", lacked: names },
  {
    what: "older",
    make: () => olderFile(2),
    said: `was migrated from version ${names[1]} to NEW in \\d+ ms`,
    lacked: names.slice(2),
  },
  {
    what: "large original",
    make: largeOriginal,
    said: "of the original backend was migrated to version NEW in \\d+ ms",
    lacked: names,
  },
])(
  "one line of the log says how the database came to its version, the first time: a $what file [MIGRATE-2]",
  async ({ make, said, lacked }) => {
    const file = await make();
    const server = await startServer({ DATABASE_URL: `file:${file}` });
    await server.stop();
    const again = await startServer({ DATABASE_URL: `file:${file}` });
    await again.stop();
    const told = [...server.log, ...again.log].filter(({ msg }) => String(msg).startsWith("The database"));
    expect(told).toEqual([
      expect.objectContaining({
        msg: expect.stringMatching(`^The database ${said.replace("NEW", names.at(-1) ?? "")}\\.$`) as string,
        migrations: lacked.map((name) => ({ name, durationMs: expect.any(Number) as number })),
      }),
    ]);
  },
);
