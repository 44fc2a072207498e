import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../../../db/sqlite/open-database.ts";
import { startVerb } from "../../../cli/run-verb.ts";
import { newDatabasePath, open, originalTables, writeFile } from "../../database-file.ts";

const megabytes = 200;

/** An original's file that takes some time to copy. */
function largeFile(): string {
  return writeFile(`${originalTables}
    insert into chatsession values ('s', 'S', '');
    with recursive n (i) as (select 1 union all select i + 1 from n where i < ${megabytes})
      insert into message select i, 's', cast(zeroblob(1000000) as text), 'user', '' from n;`);
}

const partialsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.includes(".partial-"));

/** Resolves with a handle of the copy that comes into this folder, once it has content. */
async function seeCopy(folder: string): Promise<number> {
  const watching = new AbortController();
  const watcher = watch(folder, { signal: watching.signal });
  onTestFinished(() => watching.abort());
  for (;;) {
    const partial = partialsIn(folder).find((name) => /\d$/.test(name));
    if (partial !== undefined && statSync(join(folder, partial)).size > 1_000_000) {
      const handle = openSync(join(folder, partial), "r");
      onTestFinished(() => closeSync(handle));
      return handle;
    }
    await once(watcher, "change");
  }
}

test("a backup that is killed takes the process that copies with it, in the middle of the copy, and leaves nothing [BACKUP-2]", async () => {
  const file = largeFile();
  const folder = dirname(newDatabasePath());
  const { child, ended } = startVerb(["backup", join(folder, "backup.db")], { file });
  const copy = await seeCopy(folder);
  child.kill("SIGKILL");
  // The copying process holds the other ends of the pipes.
  await ended;
  expect(fstatSync(copy).size).toBeLessThan(statSync(file).size);
  expect(readdirSync(folder)).toEqual([]);
});

test("a server that is killed while it copies a large file before migrating it leaves no process and no copy [MIGRATE-2]", async () => {
  const file = largeFile();
  const before = statSync(file).size;
  const { child, ended } = startVerb([], { file });
  const copy = await seeCopy(dirname(file));
  child.kill("SIGKILL");
  await ended;
  expect(fstatSync(copy).size).toBeLessThan(before);
  expect(readdirSync(dirname(file)).filter((name) => name.includes(".before-"))).toEqual([]);
  expect(statSync(file).size).toBe(before);
});

test("a start removes what killed copies of its database have left, and nothing else [MIGRATE-2]", async () => {
  const file = newDatabasePath();
  await (await openDatabase({ file, synchronous: "normal" })).close();
  const ended = spawn("true");
  await once(ended, "exit");
  const left = [
    `.partial-${ended.pid}`,
    `.before-0004.partial-${ended.pid}`,
    `.before-0003.partial-${ended.pid}-journal`,
  ];
  const kept = [
    `.before-0004.partial-${process.ppid}`,
    `.before-the-move.partial-${ended.pid}`,
    ".partial-notes",
  ];
  for (const end of [...left, ...kept]) writeFileSync(file + end, "part of a copy");
  await open(file);
  expect(left.filter((end) => existsSync(file + end))).toEqual([]);
  expect(kept.filter((end) => !existsSync(file + end))).toEqual([]);
});
