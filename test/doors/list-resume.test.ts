import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient } from "../../client-sdk/src/index.ts";
import type { ListEvent } from "../../server/contract/list-event.ts";
import type { TrackedEvent } from "../../server/live/change-log.ts";
import { call, createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Address } from "./live-door.ts";
import { listDoors } from "./list-doors.ts";
import { apply, isCaughtUp, readSidebar } from "./sidebar.ts";
import { changesOf, expectUnbroken, seenUpTo, typesAndSeqs } from "./stream-rules.ts";

describe.each(listDoors)("over $name", (door) => {
  function follow(server: Address, after?: string): ReturnType<typeof door.follow> {
    const following = door.follow(server, after);
    onTestFinished(() => following.stop());
    return following;
  }

  test("it begins with the latest 100, and session.list goes on where they end [LIST-2]", async () => {
    const app = await startApp();
    for (let index = 0; index < 103; index += 1) await createSession(app.url, { id: `s${index}` });
    await call(app.url, "DELETE", "/api/sessions/s102");
    const reader = follow(app);
    const [{ event: snapshot } = {}] = await reader.events.until(isCaughtUp);
    if (snapshot?.type !== "snapshot") throw new Error("No snapshot came first.");
    const ids = snapshot.sessions.map(({ id }) => id);
    const cursor = snapshot.next_cursor ?? "";
    const rest = await createClient({ url: app.url }).session.list.query({ cursor, order: "activity" });
    const all = [...ids, ...rest.items.map(({ id }) => id)];
    expect(ids).toHaveLength(100);
    expect(all).toEqual(Array.from({ length: 102 }, (_, index) => `s${101 - index}`));
    // All that changed, from the beginning: more than one page of the log.
    const everything = await follow(app, "0").events.until(isCaughtUp);
    expectUnbroken(everything);
    expect(everything).toHaveLength(104);
    expect(apply(everything)).toEqual(await readSidebar(app));
  });

  test("a session that changed several times meanwhile comes once, as it is then [LIST-2]", async () => {
    const app = await startApp();
    const { url } = app;
    for (const id of ["a", "b", "c"]) await createSession(url, { id });
    const before = follow(app);
    const position = (await before.events.until(isCaughtUp)).at(-1)?.position;
    before.stop();
    for (let turn = 0; turn < 5; turn += 1) {
      for (const id of ["a", "b"]) await send(url, id, `${id} ${turn}`);
    }
    await call(url, "DELETE", "/api/sessions/c");
    await call(url, "PATCH", "/api/sessions/a", { title: "Renamed" });
    const missed = await follow(app, position).events.until(isCaughtUp);
    expect(typesAndSeqs(missed)).toEqual([
      ["session", 13, 3],
      ["session_deleted", 14, 13],
      ["session", 15, 14],
      ["caught_up", 15, 15],
    ]);
    expect(missed[0]?.event).toMatchObject({ session: { id: "b", last_message: { excerpt: "b 4" } } });
    expect(missed[2]?.event).toMatchObject({
      session: { id: "a", title: "Renamed", last_message: { excerpt: "a 4" } },
    });
  });

  test("an impossible position gets a reset, and a good one never does [LIST-2]", async () => {
    const app = await startApp();
    for (const id of ["a", "b"]) await createSession(app.url, { id });
    await call(app.url, "DELETE", "/api/sessions/a");
    for (const after of ["4", "0000000000000000:1", "0000000000000000:0", "-1", "latest", "9".repeat(15)]) {
      const [{ event } = {}] = await follow(app, after).events.until(isCaughtUp);
      expect(event, after).toMatchObject({ type: "reset", seq: 3, prev: 0, sessions: [{ id: "b" }] });
    }
    const position = (await follow(app).events.until(isCaughtUp)).at(-1)?.position ?? "";
    const epoch = position.split(":")[0];
    for (const after of ["0", "1", "2", "3", `${epoch}:0`, `${epoch}:1`, `${epoch}:2`, position]) {
      const got = await follow(app, after).events.until(isCaughtUp);
      expect(got.map(({ event }) => event.type)).not.toContain("reset");
      expectUnbroken(got, Number(after.split(":").at(-1)));
    }
  });
});

test("a sidebar goes on where it was after the server was stopped and killed [LIST-2]", async () => {
  const environment = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
  const all: TrackedEvent<ListEvent>[][] = listDoors.map(() => []);
  let server = await startServer(environment);
  let seq = 0;
  for (const [round, signal] of (["SIGTERM", "SIGKILL", undefined] as const).entries()) {
    await createSession(server.url, { id: `made before ${round}` });
    const readers = listDoors.map((door, index) => door.follow(server, all[index]?.at(-1)?.position));
    await createSession(server.url, { id: `made while ${round}` });
    await send(server.url, "made before 0", `message ${round}`);
    seq += 3;
    for (const [index, reader] of readers.entries()) {
      all[index]?.push(...(await seenUpTo(reader, seq)));
      reader.stop();
    }
    if (signal) {
      await server.stop(signal);
      server = await startServer(environment);
    }
  }
  const sidebar = await readSidebar(server);
  for (const seen of all) {
    expectUnbroken(changesOf(seen));
    expect(apply(seen)).toEqual(sidebar);
    expect(seen.map(({ event }) => event.type).filter((type) => type === "reset")).toEqual([]);
  }
});
