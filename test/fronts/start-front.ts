import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { createServer, connect } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Address } from "../doors/live-door.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Front } from "./fronts.ts";

/** Whether the program of a front is here. */
export function isInstalled({ program }: Front): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a front before a server. It ends with the test. @throws if the front is not installed */
export async function startFront(front: Front, server: { url: string }): Promise<Address> {
  const { program } = front;
  if (!isInstalled(front))
    throw new Error(`There is no ${front.name} here (${program}): apt-get install ${front.debianPackage}.`);
  const folder = makeTemporaryFolder();
  const port = await findFreePort();
  const { files, args } = front.setUp({ port, upstream: new URL(server.url).host, folder });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "logs"), { recursive: true });
  await startProgram(program, args, { port, cwd: folder });
  return addressOf(port, front.prefix);
}

export function addressOf(port: number, prefix: string): Address {
  return { url: `http://127.0.0.1:${port}${prefix}`, wsUrl: `ws://127.0.0.1:${port}${prefix}` };
}

/** Runs a program until the test ends. Resolves when it listens on `port`, and rejects with its words if it ends first. */
export async function startProgram(
  program: string,
  args: string[],
  { port, cwd }: { port: number; cwd: string },
): Promise<void> {
  const child = spawn(program, args, { cwd, detached: true, env: { ...process.env, HOME: cwd } });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await ended;
  });
  let words = "";
  child.stdout.on("data", (text: Buffer) => (words += text.toString()));
  child.stderr.on("data", (text: Buffer) => (words += text.toString()));
  const failed = ended.then(() => {
    throw new Error(`${program} has ended: ${words}`);
  });
  failed.catch(() => undefined);
  while (!(await Promise.race([accepts(port), failed]))) await wait(20);
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}

function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
  }).then((isOpen) => {
    socket.destroy();
    return isOpen as boolean;
  });
}
