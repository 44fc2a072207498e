import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../support/free-port.ts";
import { serverCommand } from "../support/server-command.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

type Entry = { level: number; msg: string; dropped?: number; reason?: string; status?: number };

/** A server whose log goes to a file descriptor of the test's. Resolves when it answers. */
async function startWithLog(stdout: number, { launch = serverCommand(), level = "debug" } = {}) {
  const port = await freePort();
  const [command = "", ...args] = launch;
  const child = spawn(command, args, {
    env: {
      ...process.env,
      PORT: String(port),
      LOG_LEVEL: level,
      DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}`,
    },
    stdio: ["ignore", stdout, "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(answers).toBe(true);
  return { child, url };
}

/** So many requests that each leave two lines at `debug`: that it was answered 404, and why. */
async function provokeLines(url: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 100) {
    const answers = Array.from({ length: 100 }, () => fetch(`${url}/api/sessions/${"n".repeat(128)}`));
    for (const { status } of await Promise.all(answers)) expect(status).toBe(404);
  }
}

function parseLines(text: string): Entry[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry);
}

async function stop(child: Awaited<ReturnType<typeof startWithLog>>["child"]): Promise<unknown[]> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  return ended;
}

test.runIf(existsSync("/dev/full"))("a log that can never be written stops nothing [LOG-1]", async () => {
  const full = openSync("/dev/full", "w");
  const { child, url } = await startWithLog(full);
  closeSync(full);
  await provokeLines(url, 100);
  expect(await stop(child)).toEqual([0, null]);
});

test("a pipe whose reader has gone stops nothing [LOG-1]", async () => {
  const path = join(makeTemporaryFolder(), "log");
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const end = openSync(path, constants.O_WRONLY);
  const { child, url } = await startWithLog(end);
  closeSync(end);
  closeSync(reader);
  await provokeLines(url, 100);
  expect(await stop(child)).toEqual([0, null]);
});

test("of a pipe that nobody reads the lines that find no room are dropped, counted and told of; the last lines come [LOG-1] [LOG-2]", async () => {
  const path = join(makeTemporaryFolder(), "log");
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
  const pipe = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const end = openSync(path, constants.O_WRONLY);
  const { child, url } = await startWithLog(end);
  closeSync(end);
  const requests = 4000;
  await provokeLines(url, requests);

  let text = "";
  const drain = (): void => {
    const chunk = Buffer.alloc(65_536);
    try {
      for (let size = readSync(pipe, chunk); size > 0; size = readSync(pipe, chunk)) {
        text += chunk.toString("utf8", 0, size);
      }
    } catch (error) {
      expect(error).toMatchObject({ code: "EAGAIN" });
    }
  };
  const dropped = (): Entry | undefined => {
    drain();
    return parseLines(text.slice(0, text.lastIndexOf("\n") + 1)).find((entry) => entry.dropped !== undefined);
  };
  await expect.poll(dropped).toMatchObject({ level: 40, reason: "EAGAIN" });
  const [code, signal] = await stop(child);
  drain();
  closeSync(pipe);
  expect([code, signal]).toEqual([0, null]);
  const entries = parseLines(text);
  const written = entries.filter(({ level, status }) => level === 20 || status === 404).length;
  const lost = entries.reduce((sum, entry) => sum + (entry.dropped ?? 0), 0);
  expect(lost).toBeGreaterThan(0);
  expect(written + lost).toBe(2 * requests);
  expect(entries.at(-1)?.msg).toBe("stopped");
});

test("a log on a disk that is full goes on when there is room again, and nothing else stops meanwhile [LOG-1] [LOG-2]", async (context) => {
  const folder = makeTemporaryFolder();
  const enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
  const mount = 'mount -t tmpfs -o size=64k none "$1" || exit; folder="$1"; shift; exec "$@" > "$folder/log"';
  const launch = [...enter, mount, "sh", folder];
  const [command = "", ...args] = launch;
  if (spawnSync(command, [...args, "true"]).status !== 0) return context.skip("mounting is not allowed here");

  const { child, url } = await startWithLog(1, { launch: [...launch, ...serverCommand()] });
  // The small disk, as the server sees it.
  const disk = `/proc/${child.pid}/root${folder}`;
  const ballast = `${disk}/ballast`;
  writeFileSync(ballast, "x".repeat(16_384));
  await provokeLines(url, 4000);
  expect((await fetch(url)).status).toBe(200);
  const full = readFileSync(`${disk}/log`, "utf8");
  unlinkSync(ballast);
  await expect.poll(() => readFileSync(`${disk}/log`, "utf8").length).toBeGreaterThan(full.length);
  return expect(await stop(child)).toEqual([0, null]);
});
