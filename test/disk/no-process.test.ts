import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { digest, originalWithMessages, writeFile } from "../db/database-file.ts";
import { startRefused } from "../support/refused-start.ts";
import { serverCommand } from "../support/server-command.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { describeTraced } from "./strace.ts";
import { withoutProcesses } from "./without-processes.ts";

/** Node emits EAGAIN and EMFILE as events, and throws ENOMEM. */
const errors = ["EAGAIN", "EMFILE", "ENOMEM"] as const;

describeTraced("the system starts no further process", 120_000, () => {
  test.each(errors)(
    "a backup fails with one sentence, and leaves no part of the copy: %s [BACKUP-2]",
    (error) => {
      const file = writeFile(originalWithMessages(10));
      const to = join(makeTemporaryFolder(), "copy.db");
      const [command = "", ...args] = withoutProcesses(error, [...serverCommand(), "backup", to]);
      const { status, stdout, stderr } = spawnSync(command, args, {
        env: { ...process.env, DATABASE_URL: `file:${file}` },
        encoding: "utf8",
      });
      expect({ status, stdout, stderr }).toEqual({
        status: 1,
        stdout: "",
        stderr: `Cannot copy ${file} to ${to}: the system starts no process for it (${error}): end other processes, or allow this user more of them, of open files and of memory.\n`,
      });
      expect(readdirSync(dirname(to))).toEqual([]);
    },
  );

  test.each(errors)(
    "a start that must migrate a large file is refused, and the file stays unchanged: %s [START-1] [MIGRATE-2]",
    async (error) => {
      const file = writeFile(
        `${originalWithMessages(1)} insert into message values (2, 'session-1', printf('%.*c', 18000000, 'x'), 'user', '')`,
      );
      const before = digest(file);
      const { code, stderr, log } = await startRefused(
        { DATABASE_URL: `file:${file}` },
        { launch: withoutProcesses(error, serverCommand()) },
      );
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `DATABASE_URL names ${file}, which must be migrated, and the system starts no process for it (${error}): end other processes, or allow this user more of them, of open files and of memory.\n`,
      });
      expect(log).toEqual([expect.not.objectContaining({ err: expect.anything() as unknown })]);
      expect(digest(file)).toBe(before);
      expect(existsSync(`${file}.before-0001`)).toBe(false);
    },
  );

  test("a start that cannot make its copy before a migration is refused [MIGRATE-2]", async () => {
    const file = writeFile(originalWithMessages(10));
    const before = digest(file);
    const { code, stderr } = await startRefused(
      { DATABASE_URL: `file:${file}` },
      { launch: withoutProcesses("EAGAIN", serverCommand()) },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^DATABASE_URL names .* and the copy before that failed\. .* starts no process for it \(EAGAIN\): .* MIGRATION_COPY=off .*\.\n$/,
    );
    expect(digest(file)).toBe(before);
    expect(readdirSync(dirname(file))).toEqual(["ai_desk.db"]);
  });
});
