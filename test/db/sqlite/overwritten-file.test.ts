import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { backUp } from "../../../db/sqlite/copies/backup.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { ServedFile } from "./served-file.ts";

test("a backup that a tool writes into the open file gets a new epoch at once, and no message id is given again [FILE-5] [FILE-7]", async () => {
  const file = new ServedFile();
  const epoch = await file.start();
  await file.send(3);
  const copy = join(makeTemporaryFolder(), "copy.db");
  await backUp({ file: file.path, to: copy, force: false });
  const last = await file.send(4);
  const tool = new SqliteFile(copy);
  await tool.backup(file.path);
  tool.close();

  await expect.poll(() => file.readEpoch()).not.toBe(epoch);
  const renewed = await file.readEpoch();
  await expect
    .poll(() => file.warnings)
    .toEqual([expect.stringMatching(/a backup was written into it.*gets a reset/)]);
  expect(await file.send(1)).toBeGreaterThan(last);
  const killed = file.kill();
  await file.stop();
  expect([await file.start(), await killed.start()]).toEqual([renewed, renewed]);
  await Promise.all([file.stop(), killed.stop()]);
  expect([file.warnings.length, killed.warnings, file.countMessages()]).toEqual([1, [], 4]);
});
