import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { damagePage } from "../db/damaged-file.ts";
import { newDatabasePath, originalWithMessages, writeFile } from "../db/database-file.ts";
import { serverCommand } from "../support/server-command.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { describeTraced } from "./strace.ts";

/** Runs a verb whose process gets EIO for every one of these calls. @returns the printed refusal */
function failingVerb(call: string, args: string[], file: string): string {
  const options = ["-qq", "-o/dev/null", `-etrace=${call}`, `-einject=${call}:error=EIO`];
  const { status, stdout, stderr } = spawnSync("strace", [...options, ...serverCommand(), ...args], {
    env: { ...process.env, DATABASE_URL: `file:${file}` },
    encoding: "utf8",
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  return stderr;
}

describeTraced("a copy fails, and its cleanup fails too", 60_000, () => {
  test("a restore reports both failures, and where the log of the old database is [RESTORE-2]", () => {
    const file = newDatabasePath();
    writeFileSync(file, "This was a database once, and somebody has saved a letter over it.");
    writeFileSync(`${file}-wal`, "its log");
    const said = failingVerb("rename", ["restore", writeFile(originalWithMessages(10))], file);
    const aside = /(?<path>\S+\.replaced-[\d-]+)/.exec(said)?.groups?.["path"] ?? "";
    expect(said).toMatch(
      /^Cannot put the copy in the place of \S+ai_desk\.db: .*EIO.* Besides: Cannot put back what was put aside as \S+: .*EIO.* by hand.*\.\n$/,
    );
    expect(readFileSync(`${aside}-wal`, "utf8")).toBe("its log");
    expect(existsSync(file)).toBe(true);
  });

  test("a backup reports both failures, and where the unfinished copy is [BACKUP-2]", () => {
    const file = writeFile(originalWithMessages(1000));
    damagePage(file, "ix_message_session_id");
    const to = join(makeTemporaryFolder(), "copy.db");
    const said = failingVerb("unlink", ["backup", to], file);
    expect(said).toMatch(
      /damaged.* Besides: Cannot remove \S+copy\.db\.partial-\d+: .*Input\/output error.*\.\n$/,
    );
    expect(readdirSync(dirname(to)).filter((name) => !name.includes(".partial-"))).toEqual([]);
  });
});
