import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { insertSession } from "../../db/statements/make-session.ts";
import { checkFile } from "../../db/sqlite/check-file.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { isLongForm } from "./failing-calls.ts";
import { describeTraced } from "./strace.ts";

const program = join(import.meta.dirname, "restoring-process.ts");

/** A system call, and the number of the call before which the process is killed. */
type Kill = [call: string, when: number];

/** All such calls of one run, and a few beyond its last one. */
const everyKill: Kill[] = [
  ...Array.from({ length: 12 }, (_, index): Kill => ["fsync", index + 1]),
  ...Array.from({ length: 12 }, (_, index): Kill => ["pwrite64", index + 1]),
  ...Array.from({ length: 3 }, (_, index): Kill => ["unlink", index + 1]),
  ["link", 1],
  ["rename", 1],
  ["ftruncate", 1],
];
const someKills: Kill[] = [
  ["pwrite64", 3],
  ["link", 1],
  ["rename", 1],
  // The last call: the sync of the folder after the rename.
  ["fsync", 7],
];

/** Runs the program; with a kill under strace. @returns whether it was killed */
async function run(args: string[], kill?: Kill): Promise<boolean> {
  const [call, when] = kill ?? [];
  const tracer =
    kill === undefined
      ? []
      : ["strace", "-qq", "-o/dev/null", `-etrace=${call}`, `-einject=${call}:signal=KILL:when=${when}`];
  const [command = "", ...rest] = [...tracer, process.execPath, program, ...args];
  const child = spawn(command, rest, { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  // strace ends with the status of its tracee.
  return signal === "SIGKILL" || code === 137 || code !== 0;
}

/** A database with one session, as a killed server leaves it: the writes are only in its log. */
async function leaveKilled(file: string, session: string): Promise<void> {
  const live = join(makeTemporaryFolder(), "live.db");
  const database = await openDatabase({ file: live, synchronous: "normal" });
  await database.write((trx) => insertSession(trx, { id: session, title: "", created_at: "" }));
  for (const end of ["", "-wal"]) copyFileSync(`${live}${end}`, `${file}${end}`);
  await database.close();
}

/** Starts on the file. @returns the sessions in it */
async function startOn(file: string): Promise<string[]> {
  const database = await openDatabase({ file, synchronous: "normal" });
  const rows = await database.read.builder.selectFrom("chatsession").select("id").execute();
  await database.close();
  return rows.map(({ id }) => id);
}

const partialsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.includes(".partial-"));

describeTraced("the process of a copy is killed", 600_000, () => {
  test("a restore that is killed at any call leaves the old or the new database complete, and can be repeated [RESTORE-2]", async () => {
    const found = new Set<string>();
    let killed = 0;
    const scratch = makeTemporaryFolder();
    const from = join(scratch, "backup.db");
    await leaveKilled(from, "new");
    for (const [index, kill] of (isLongForm ? everyKill : someKills).entries()) {
      const folder = join(scratch, String(index));
      mkdirSync(folder);
      const file = join(folder, "ai_desk.db");
      await leaveKilled(file, "old");
      if (await run(["restore", from, file], kill)) killed += 1;
      // A start would hide a missing file, since it creates one.
      expect(existsSync(file), kill.join()).toBe(true);
      const [session = "", ...others] = await startOn(file);
      expect(others).toEqual([]);
      expect(["old", "new"], kill.join()).toContain(session);
      found.add(session);
      expect((await checkFile(file)).faults).toEqual([]);
      if (index % 4 !== 2) continue;
      expect(await run(["restore", from, file])).toBe(false);
      expect(await startOn(file)).toEqual(["new"]);
      // No file has two names.
      expect(readdirSync(folder).map((name) => statSync(join(folder, name)).nlink)).not.toContain(2);
      expect(partialsIn(folder)).toEqual([]);
    }
    expect([...found].toSorted()).toEqual(["new", "old"]);
    expect(killed).toBeGreaterThanOrEqual(4);
  });

  test("a backup that is killed before its rename leaves the older backup unchanged [BACKUP-2]", async () => {
    const folder = makeTemporaryFolder();
    const to = join(folder, "backup.db");
    const first = join(folder, "first.db");
    const second = join(folder, "second.db");
    await leaveKilled(first, "first");
    await leaveKilled(second, "second");
    expect(await run(["backup", first, to])).toBe(false);
    expect(await run(["backup", second, to], ["rename", 1])).toBe(true);
    const check = join(folder, "check.db");
    copyFileSync(to, check);
    expect(await startOn(check)).toEqual(["first"]);
    expect(await run(["backup", second, to])).toBe(false);
    expect(await startOn(to)).toEqual(["second"]);
    expect(partialsIn(folder)).toEqual([]);
  });
});
