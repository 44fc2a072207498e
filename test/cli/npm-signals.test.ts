import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import { delimiter, join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { createSession, readSession } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const hasDash = spawnSync("dash", ["-c", "exit 0"]).status === 0;
const hasTerminal = spawnSync("script", ["--version"]).status === 0;

/** npm with dash as its shell, and without what the npm of the test run has put before the machine's own Node. */
function npmEnvironment(file: string): Record<string, string | undefined> {
  const path = (process.env["PATH"] ?? "").split(delimiter);
  return {
    PATH: path.filter((entry) => !entry.includes("node_modules")).join(delimiter),
    npm_node_execpath: undefined,
    npm_config_script_shell: "dash",
    npm_config_update_notifier: "false",
    DATABASE_URL: `file:${file}`,
  };
}

async function isRefused({ url }: RunningServer): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  return error.code === "ECONNREFUSED";
}

/** @returns what the server logged until the last process of it had ended, and whether its port and its file are free. */
async function signalNpm(signal: NodeJS.Signals) {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const server = await startServer(npmEnvironment(file), { launch: ["npm", "start"] });
  await createSession(server.url, { id: "s" });
  // The server has npm's stdout: that ends with the last process that holds it.
  const ended = once(server.process, "close");
  server.process.kill(signal);
  await ended;
  const database = new SqliteFile(file, { timeout: 0 });
  database.exec("begin exclusive; rollback");
  database.close();
  return {
    log: server.log.map(({ msg }) => msg).slice(-2),
    isPortFree: await isRefused(server),
    isFileWhole: !existsSync(`${file}-wal`),
  };
}

test.skipIf(!hasDash)(
  "a signal to the pid of `npm start` under dash stops the server cleanly: its port and its file are free [STOP-1] [STOP-2] [STOP-4]",
  async () => {
    const signals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGKILL"] as const;
    const clean = { log: ["stopping", "stopped"], isPortFree: true, isFileWhole: true };
    const outcomes = await Promise.all(signals.map(async (signal) => [signal, await signalNpm(signal)]));
    expect(outcomes).toEqual(signals.map((signal) => [signal, clean]));
  },
);

test.skipIf(!hasDash || !hasTerminal)(
  "one Ctrl-C, which the terminal and npm both pass on, lets answers in flight finish [STOP-1] [STOP-3]",
  async () => {
    const file = join(makeTemporaryFolder(), "ai_desk.db");
    const launch = ["script", "-qec", "stty -echo && npm start", "/dev/null"];
    const server = await startServer({ ...npmEnvironment(file), TERM: "dumb" }, { launch });
    await createSession(server.url, { id: "s" });
    const message = JSON.stringify({ content: "in flight", sender: "user" });
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    socket.write(
      "POST /api/sessions/s/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
        `Content-Length: ${message.length}\r\n\r\n${message.slice(0, 5)}`,
    );
    // Answered after the beginning of the other has been read.
    expect((await readSession(server.url, "s")).messages).toEqual([]);

    const ended = once(server.process, "close");
    server.process.stdin.write("\u0003");
    await expect.poll(() => server.log.map(({ msg }) => msg)).toContain("stopping");
    socket.write(message.slice(5));
    let answer = "";
    for await (const chunk of socket.setEncoding("utf8")) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"content":"in flight"/);
    await ended;
    expect(server.log.at(-1)).toMatchObject({ msg: "stopped" });
  },
);
