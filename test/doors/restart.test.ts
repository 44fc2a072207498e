import { join } from "node:path";
import { expect, test } from "vitest";
import { openDoors } from "../support/doors.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Following, Seen } from "./live-door.ts";
import { resumingDoors } from "./live-doors.ts";
import { apply, changesOf, expectUnbroken, seenUpTo, viewOf } from "./stream-rules.ts";

const fields = { content: "once", sender: "user" };

/** Six changes. */
async function change({ url }: RunningServer, round: string): Promise<void> {
  const { id } = await send(url, "s", `draft of ${round}`);
  await send(url, "s", `stays, of ${round}`);
  const { id: removed } = await send(url, "s", `removed, of ${round}`);
  await call(url, "PATCH", `/api/sessions/s/messages/${id}`, { content: `edited, of ${round}` });
  await call(url, "PATCH", "/api/sessions/s", { title: `Round ${round}` });
  await call(url, "DELETE", `/api/sessions/s/messages/${removed}`);
}

test("every door goes on where its reader was, across a stop and a kill of the server, with changes before, between and after [RESUME-1] [RESET-2] [KEY-1] [KEY-2] [DURABLE-2]", async () => {
  const environment = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
  let server = await startServer(environment);
  await createSession(server.url, { id: "s" });
  let readers = followAll(server, []);
  const once = await callWithKey(server);
  let seq = 1;
  const all: Seen[][] = resumingDoors.map(() => []);

  const ends: string[][] = [];
  for (const [round, signal] of (["SIGTERM", "SIGKILL", "SIGKILL"] as const).entries()) {
    await change(server, `${round}, seen`);
    seq += 6;
    await Promise.all(readers.map((reader) => seenUpTo(reader, seq)));
    // These the readers may see or not, before the end.
    await change(server, `${round}, at the end`);
    seq += 6;
    await server.stop(signal);
    ends.push(await Promise.all(readers.map(({ ended }) => ended)));
    for (const [index, { events }] of readers.entries()) all[index]?.push(...events.items);
    server = await startServer(environment);
    // These nobody sees as they come.
    await change(server, `${round}, missed`);
    seq += 6;
    readers = followAll(server, all);
    await Promise.all(readers.map((reader) => seenUpTo(reader, seq)));
  }
  for (const way of await openDoors(server)) {
    expect(await way.send("s", fields, "key")).toEqual(once);
    expect(await way.send("s", { ...fields, content: "another" }, "key")).toMatchObject({
      error: { code: "UNPROCESSABLE_CONTENT" },
    });
  }
  await send(server.url, "s", "the end");
  await Promise.all(readers.map((reader) => seenUpTo(reader, seq + 1)));
  for (const reader of readers) reader.stop();

  const stored = viewOf(await readSession(server.url, "s"));
  for (const [index, door] of resumingDoors.entries()) {
    const seen = [...(all[index] ?? []), ...(readers[index]?.events.items ?? [])];
    expectUnbroken(changesOf(seen));
    expect(seen.filter(({ event }) => event.type === "snapshot" || event.type === "reset")).toHaveLength(1);
    expect(apply(seen), door.name).toEqual(stored);
    const [stopped, killed] = ends.map((round) => round[index]);
    // A poll is answered, and the next one finds no server.
    const told = door.name.includes("WebSocket") ? "1012" : "complete";
    expect(stopped).toBe(door.name.includes("poll") ? "cut" : told);
    expect(killed).toBe("cut");
  }
});

async function callWithKey(server: RunningServer): Promise<unknown> {
  const [way] = await openDoors(server);
  return way?.send("s", fields, "key");
}

function followAll(server: RunningServer, seen: Seen[][]): Following[] {
  return resumingDoors.map((door, index) =>
    door.follow(server, { session_id: "s", after: seen[index]?.at(-1)?.position }),
  );
}
