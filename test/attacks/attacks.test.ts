import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startServer } from "../support/start-server.ts";
import { serverCommand } from "../support/server-command.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { Attacker } from "./attacker.ts";
import { attacks } from "./index.ts";
import { prefill } from "./prefill.ts";

/** Of each attack so much is done: enough to end a server that has no bound. */
const share = 0.1;

/** It holds what all attacks together have left for the garbage collector too, and is less than a server without bounds takes. */
const maxGrownMiB = 400;

test.runIf(process.platform === "linux")(
  "none of the attacks ends the process or makes it hold much [LIMIT-7]",
  async () => {
    const prefilled = join(makeTemporaryFolder(), "prefilled.db");
    await prefill(prefilled);
    const file = join(makeTemporaryFolder(), "ai_desk.db");
    copyFileSync(prefilled, file);
    const [node = "", ...args] = serverCommand();
    const server = await startServer(
      { DATABASE_URL: `file:${file}`, LOG_LEVEL: "info" },
      { launch: [node, "--max-old-space-size=512", ...args] },
    );
    const before = residentMiB(server.process.pid);
    for (const attack of attacks) {
      using attacker = new Attacker(server.url, share);
      await attack.run(attacker);
      // It has begun with what was sent when it answers what was asked after that.
      for (let turn = 0; turn < 3; turn += 1) {
        expect((await fetch(`${server.url}/api/sessions/small`)).status, attack.name).toBe(200);
      }
      expect(residentMiB(server.process.pid) - before, attack.name).toBeLessThan(maxGrownMiB);
    }
  },
  120_000,
);

function residentMiB(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
