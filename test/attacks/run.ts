import type { ChildProcessByStdio } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { serverCommand } from "../support/server-command.ts";
import type { Attack } from "./attack.ts";
import { startNginx } from "./front.ts";
import { attacks } from "./index.ts";
import { measure } from "./measure.ts";
import { prefill } from "./prefill.ts";

const usage = `npm run test:attacks -- [--direct] [--seconds N] [--share S] [WORD …]

Runs the attacks whose names have one of the words in them, or all, on a server of its own with a heap of 512 MB, directly
and behind nginx, and prints a Markdown table: what the server grows by, and how long one request in a hundred of another
client takes meanwhile and without it.
`;

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean" },
    direct: { type: "boolean", default: false },
    seconds: { type: "string", default: "6" },
    share: { type: "string", default: "1" },
  },
});

const maxGrownMiB = 150;

if (options.help) process.stdout.write(usage);
else await run();

async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-attacks-"));
  process.once("exit", () => rmSync(folder, { recursive: true }));
  const file = join(folder, "prefilled.db");
  await prefill(file);
  const hasNginx = spawnSync("nginx", ["-v"]).status === 0;
  if (!hasNginx && !options.direct) process.stdout.write("There is no nginx here: directly alone.\n\n");
  process.stdout.write("| attack | over | grows by | p99 | p99 without | lives |\n");
  process.stdout.write("| --- | --- | ---: | ---: | ---: | --- |\n");
  const chosen = attacks.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  for (const attack of chosen) {
    for (const over of hasNginx && !options.direct ? ["itself", "nginx"] : ["itself"]) {
      const copy = join(folder, "ai_desk.db");
      for (const end of ["", "-wal", "-shm", ".mark"]) rmSync(copy + end, { force: true });
      copyFileSync(file, copy);
      await runOne(attack, copy, over);
    }
  }
}

async function addressOf(server: ChildProcessByStdio<null, Readable, null>): Promise<string> {
  for await (const line of createInterface({ input: server.stdout })) {
    const { url } = JSON.parse(line) as { url?: string };
    if (url !== undefined) return url;
  }
  throw new Error("The server has ended before it listened.");
}

async function runOne(attack: Attack, file: string, over: string): Promise<void> {
  const [command = "", ...args] = serverCommand();
  const server = spawn(command, ["--max-old-space-size=512", ...args], {
    env: { ...process.env, PORT: "0", DATABASE_URL: `file:${file}`, LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const kill = (): boolean => server.kill("SIGKILL");
  process.once("exit", kill);
  const ended = once(server, "exit");
  const url = await addressOf(server);
  const front = over === "nginx" ? await startNginx(url) : { url, stop: () => undefined };
  const load = { pid: server.pid ?? 0, seconds: Number(options.seconds), share: Number(options.share) };
  const { grownMiB, p99Ms, quietP99Ms, lives } = await measure(attack, { url: front.url, ...load });
  const isSmall = grownMiB <= maxGrownMiB;
  const isQuick = p99Ms <= Math.max(25, 3 * quietP99Ms);
  if (!lives || !isSmall || !isQuick) process.exitCode = 1;
  process.stdout.write(
    `| ${attack.name} | ${over} | ${grownMiB.toFixed(0)} MiB${isSmall ? "" : " (!)"} | ` +
      `${p99Ms.toFixed(1)} ms${isQuick ? "" : " (!)"} | ${quietP99Ms.toFixed(1)} ms | ${lives ? "yes" : "NO"} |\n`,
  );
  front.stop();
  kill();
  process.off("exit", kill);
  await ended;
}
