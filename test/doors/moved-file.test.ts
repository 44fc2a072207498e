import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDoors } from "../support/doors.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

test("a file moved away under the server: every door refuses writes and says why, reads go on, and the log says it once [FILE-8]", async () => {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const server = await startServer({ DATABASE_URL: `file:${file}` });
  await createSession(server.url, { id: "s" });
  await send(server.url, "s", "before");
  const doors = await openDoors(server);
  const { length } = server.log;
  renameSync(file, `${file}.away`);
  for (const door of [...doors, ...doors]) {
    const outcome = await door.send("s", { content: door.name, sender: "user" });
    expect(outcome).toMatchObject({
      error: {
        code: "SERVICE_UNAVAILABLE",
        message: expect.stringMatching(/^The server.s database was moved, removed or replaced: /) as unknown,
      },
    });
  }
  expect(await readSession(server.url, "s")).toMatchObject({ messages: [{ content: "before" }] });
  renameSync(`${file}.away`, file);
  await send(server.url, "s", "after");
  const errors = server.log.slice(length).filter(({ level }) => Number(level) >= 50);
  expect(errors.map(({ msg }) => msg)).toEqual([
    expect.stringContaining(`${file} was removed or moved: nothing is written until`),
  ]);
});
