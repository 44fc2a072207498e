import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import { startServer } from "../../support/start-server.ts";
import { startApp } from "../../support/start-app.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";
import { expectMessages, User } from "./support/serve.ts";

const program = resolve(import.meta.dirname, "support/writing-program.ts");

/** A worker in a process of its own. @returns a function that kills it */
function startWorker(url: string, file: string, writer: string): () => Promise<void> {
  const child = spawn(process.execPath, [program, url, file, writer], { stdio: "inherit" });
  const ended = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  return kill;
}

/** The text that the program writes for a message that says this number. */
function numbers(count: number): string {
  return Array.from({ length: count }, (_, number) => `${number} `).join("");
}

async function isWriting(user: User, key: string): Promise<void> {
  const replyOf = async () => (await user.messages()).find((message) => message.key === key);
  await expect.poll(async () => (await replyOf())?.content.length, { interval: 20 }).toBeGreaterThan(10);
}

test("a killed worker that starts again under its name answers again at once, and misses nothing [WORK-5]", async () => {
  const { url } = await startApp();
  const file = join(makeTemporaryFolder(), "worker.json");
  const user = await new User(url).begin();
  const kill = startWorker(url, file, "w");
  await user.say("5000", "m1");
  await isWriting(user, "reply:m1");
  await kill();
  const half = (await user.messages())[1]?.content ?? "";
  await user.say("3", "m2");
  startWorker(url, file, "w");
  await expectMessages(
    user,
    "m1: 5000",
    `reply:m1: ${half} [interrupted]`,
    "m2: 3",
    `reply:m1:2: ${numbers(3)}`,
  );
  expect(numbers(5000).startsWith(half)).toBe(true);
});

test("another worker answers again when the lease of a killed one has ended [WORK-5]", async () => {
  const { url } = await startApp({ timeouts: { replyLeaseMs: 1000 } });
  const folder = makeTemporaryFolder();
  const user = await new User(url).begin();
  const kill = startWorker(url, join(folder, "one.json"), "one");
  await user.say("400", "m1");
  await isWriting(user, "reply:m1");
  startWorker(url, join(folder, "two.json"), "two");
  await kill();
  const half = (await user.messages())[1]?.content ?? "";
  await expectMessages(user, "m1: 400", `reply:m1: ${half} [interrupted]`, `reply:m1:2: ${numbers(400)}`);
});

test("a reply goes on where it was when the server is killed and started again [WORK-6]", async () => {
  const folder = makeTemporaryFolder();
  const settings = { PORT: String(await freePort()), DATABASE_URL: `file:${join(folder, "ai_desk.db")}` };
  const server = await startServer(settings);
  const user = await new User(server.url).begin();
  startWorker(server.url, join(folder, "worker.json"), "w");
  await user.say("300", "m1");
  await isWriting(user, "reply:m1");
  await server.stop("SIGKILL");
  await startServer(settings);
  await expectMessages(user, "m1: 300", `reply:m1: ${numbers(300)}`);
});

test("a reply is written once when the connections of the worker are cut [WORK-6]", async () => {
  const { url } = await startApp();
  const proxy = await startFaultyProxy(url);
  const user = await new User(url).begin();
  startWorker(proxy.url, join(makeTemporaryFolder(), "worker.json"), "w");
  await user.say("500", "m1");
  await isWriting(user, "reply:m1");
  for (let cuts = 0; cuts < 10; cuts += 1) {
    const { length } = (await user.messages())[1]?.content ?? "";
    proxy.cut();
    await expect
      .poll(async () => (await user.messages())[1]?.content.length, { interval: 5 })
      .toBeGreaterThan(length);
  }
  await expectMessages(user, "m1: 500", `reply:m1: ${numbers(500)}`);
});
