import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { ServedFile } from "./served-file.ts";

const program = join(import.meta.dirname, "ending-process.ts");

test.each(["process.exit in a write", "an error that nobody catches"])(
  "the epoch stays when a process ends without closing the file: %s [FILE-1]",
  async (how) => {
    const file = new ServedFile(join(makeTemporaryFolder(), "ai_desk.db"));
    const epoch = await file.start();
    await file.stop();
    const { status } = spawnSync(process.execPath, [program, file.path, how]);
    expect(status).toBe(how.startsWith("process.exit") ? 3 : 1);
    expect(await file.start()).toBe(epoch);
    expect(file.warnings).toEqual([]);
    await file.stop();
    const ids = file.openElsewhere((database) =>
      database.prepare("select id from chatsession").pluck().all(),
    );
    expect(ids).toEqual(expect.arrayContaining([how]));
    expect(ids).not.toContain("not committed");
  },
);
