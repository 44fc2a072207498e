import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import type { Stage, StageOptions } from "../../../chat-page/support/stage.ts";
import { freePort } from "../../../support/free-port.ts";
import { startServer } from "../../../support/start-server.ts";
import { makeTemporaryFolder } from "../../../support/temporary-folder.ts";

/** Answers each message, a number, with the numbers from 0 on, as many as the message says, one each 5 ms. */
const worker = resolve(import.meta.dirname, "../../worker/support/writing-program.ts");

/** The session of each test. */
export const sessionId = "talk";

/** A server with an assistant, and pages of an app before it. */
export type Talk = {
  stage: Stage;
  page: Page;
  /** Kills the server. @returns a function that starts it again */
  kill: () => Promise<() => Promise<void>>;
  /** The messages that the server has stored, in order: each message as `sender: content`. */
  stored: () => Promise<string[]>;
};

export async function beginTalk(
  setStage: (options?: Partial<StageOptions>) => Promise<Stage>,
): Promise<Talk> {
  const folder = makeTemporaryFolder();
  const settings = { PORT: String(await freePort()), DATABASE_URL: `file:${join(folder, "ai_desk.db")}` };
  let server = await startServer(settings);
  const stage = await setStage({ server });
  const { client } = stage;
  await client.session.create.mutate({ id: sessionId, title: "Talk" });
  const child = spawn(process.execPath, [worker, server.url, join(folder, "worker.json"), "w"], {
    stdio: "inherit",
  });
  const ended = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return {
    stage,
    page: await stage.open(sessionId),
    async kill() {
      await server.stop("SIGKILL");
      return async () => {
        server = await startServer(settings);
      };
    },
    async stored() {
      const { items } = await client.message.list.query({ session_id: sessionId, limit: 500 });
      return items.map(({ sender, content }) => `${sender}: ${content}`);
    },
  };
}

/** The answer of the assistant to a message that says this number. */
export function answer(count: number): string {
  return Array.from({ length: count }, (_, number) => `${number} `)
    .join("")
    .trim();
}

/** Writes a message and presses Enter. */
export async function ask(page: Page, content: string): Promise<void> {
  await page.getByTestId("composer").fill(content);
  await page.getByTestId("composer").press("Enter");
}

/** The messages that the app shows, in order: each message as `sender: content`. */
export function shownBy(page: Page): Promise<string[]> {
  return page.locator("li[data-sender]").evaluateAll((items) =>
    (
      items as unknown as {
        dataset: { sender: string };
        querySelector(of: string): { textContent: string } | null;
      }[]
    ).map((item) => `${item.dataset.sender}: ${item.querySelector(".content")?.textContent.trim() ?? ""}`),
  );
}

/** Resolves when the app shows just these messages. */
export async function expectShown(page: Page, ...lines: string[]): Promise<void> {
  await expect.poll(() => shownBy(page), { timeout: 30_000 }).toEqual(lines);
}

/** Resolves when the last shown message is a part of this answer, and longer than this. @returns its length */
export async function expectGrowing(page: Page, whole: string, longerThan = 0): Promise<number> {
  let length = 0;
  const isPart = async (): Promise<boolean> => {
    const last = (await shownBy(page)).at(-1) ?? "";
    const text = last.replace("assistant: ", "");
    ({ length } = text);
    return last.startsWith("assistant: ") && whole.startsWith(text) && length > longerThan;
  };
  await expect.poll(isPart, { interval: 20, timeout: 30_000 }).toBe(true);
  return length;
}
