import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { call, createSession, send } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { openChat } from "../support/readers.ts";
import { listDoors } from "./list-doors.ts";
import { resumingDoors } from "./live-doors.ts";

const contents = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`);

async function sendAll({ url }: RunningServer, texts: string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const text of texts) ids.push((await send(url, "s", text)).id);
  return ids;
}

/** The position of a poll's answer. */
async function readPosition({ url }: RunningServer): Promise<string> {
  const answer = await call(url, "GET", "/api/sessions/s/events");
  return ((await answer.json()) as { position: string }).position;
}

/** From 40 on a line of the log is a warning. */
function readWarnings({ log }: RunningServer): string[] {
  return log.filter(({ level }) => Number(level) >= 40).map(({ msg }) => String(msg));
}

/** A server on a copy of its file from before the last two sends, which has gone on since; and where a client stood. */
async function restoreByHand() {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const environment = { DATABASE_URL: `file:${file}` };
  const first = await startServer(environment);
  await createSession(first.url, { id: "s" });
  await sendAll(first, contents("kept", 5));
  await first.stop();
  const second = await startServer(environment);
  copyFileSync(file, `${file}.aside`);
  const [sixth] = await sendAll(second, contents("lost", 1));
  const position = await readPosition(second);
  await sendAll(second, contents("lost too", 1));
  await second.stop();
  copyFileSync(`${file}.aside`, file);
  const restored = await startServer(environment);
  const newIds = await sendAll(restored, contents("new", 7));
  return { first, second, restored, position, lostId: sixth ?? 0, newIds };
}

test("a position of a history that a copy put back by hand has replaced gets a reset, at every door [FILE-2] [RESET-1]", async () => {
  const { first, second, restored, position, lostId, newIds } = await restoreByHand();
  expect(position).toMatch(/^[0-9a-f]{16}:6$/);
  for (const door of resumingDoors) {
    const following = door.follow(restored, { session_id: "s", after: position });
    const [reset] = await following.events.count(1);
    following.stop();
    expect([door.name, reset?.event.type]).toEqual([door.name, "reset"]);
    expect(JSON.stringify(reset?.event)).toContain("new 7");
  }
  for (const door of listDoors) {
    const [epoch] = position.split(":");
    const following = door.follow(restored, `${epoch}:6`);
    const [reset] = await following.events.count(1);
    following.stop();
    expect([door.name, reset?.event.type]).toEqual([door.name, "reset"]);
  }

  // A message id is no position: it is not given again, so that what came since is after it.
  const chat = await openChat(restored.wsUrl, "s", `?after=${lostId}`);
  const frames = await chat.frames.count(7);
  expect(frames.map(({ message }) => message?.id)).toEqual(newIds);
  chat.socket.close();

  expect([first, second].flatMap(readWarnings)).toEqual([]);
  expect(readWarnings(restored)).toEqual([
    expect.stringMatching(/ai_desk\.db lacks changes .* new epoch/) as string,
  ]);
});
