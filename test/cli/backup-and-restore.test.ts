import { readdirSync, statSync, symlinkSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { digest, originalWithMessages, query, writeFile } from "../db/database-file.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import type { RunningServer } from "../support/start-server.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import { runVerb, startVerb } from "./run-verb.ts";

type Poll = { events: { type: string; seq: number }[]; position: string };

async function poll(server: RunningServer, after: string): Promise<Poll> {
  return (await (await fetch(`${server.url}/api/sessions/s/events?after=${after}`)).json()) as Poll;
}

async function serve(file: string): Promise<RunningServer> {
  return startServer({ DATABASE_URL: `file:${file}` });
}

test("a backup of a running server is restored, and a position that was given after the backup gets a reset [BACKUP-1] [RESTORE-1] [RESTORE-3]", async () => {
  const folder = makeTemporaryFolder();
  const file = join(folder, "ai_desk.db");
  const copy = join(folder, "copy.db");
  const server = await serve(file);
  await createSession(server.url, { id: "s" });
  for (const content of ["one", "two"]) await send(server.url, "s", content);
  expect(await runVerb(["backup", copy], { file })).toEqual({
    code: 0,
    stdout: expect.stringMatching(
      `^Backed up ${file} to ${copy}: 1 session and 2 messages, \\d+\\.\\d MB, checked and on disk\\.\n$`,
    ) as string,
    stderr: "",
  });
  const lost = await send(server.url, "s", "after the backup");
  const { position } = await poll(server, "0");

  const refused = {
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/ai_desk\.db is in use by process \d+ /) as string,
  };
  expect(await runVerb(["restore", copy], { file })).toEqual(refused);
  server.process.kill("SIGSTOP");
  expect(await runVerb(["restore", copy], { file })).toEqual(refused);
  server.process.kill("SIGCONT");
  await server.stop();

  const { code, stdout } = await runVerb(["restore", copy], { file });
  expect(code).toBe(0);
  const [, kept = ""] = /The old file is kept as (.*)\.\n$/.exec(stdout) ?? [];
  expect(query(kept, "select count(*) as count from message")).toEqual([{ count: 3 }]);
  const next = await serve(file);
  expect(next.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  for (const content of ["other", "words"]) await send(next.url, "s", content);
  const { messages } = await readSession(next.url, "s");
  expect(messages.map(({ content }) => content)).toEqual(["one", "two", "other", "words"]);
  expect(messages.map(({ id }) => id)).not.toContain(lost.id);
  expect((await poll(next, position)).events[0]?.type).toBe("reset");
  expect(await runVerb(["check"], { file })).toMatchObject({ code: 0, stderr: "" });
});

/** Runs a verb that is refused. @returns its sentence. */
async function said(args: string[], options: { file?: string; cwd?: string }): Promise<string> {
  const { code, stdout, stderr } = await runVerb(args, options);
  expect({ code, stdout }, args.join(" ")).toEqual({ code: 1, stdout: "" });
  expect(stderr, args.join(" ")).toMatch(/^[A-Z/].*\.( \([A-Z_]+\))?\n$/);
  return stderr;
}

test("what a verb cannot do it says in a sentence on stderr, with exit code 1", async () => {
  const folder = makeTemporaryFolder();
  const text = join(folder, "notes.txt");
  writeFileSync(text, "Remember the milk, and everything else that is on the list.");
  const file = writeFile(originalWithMessages(10), join(folder, "ai_desk.db"));
  const before = digest(file);
  const empty = makeTemporaryFolder();
  expect(await said(["backup", "x.db"], { cwd: empty })).toContain(
    `There is no file ${join(empty, "ai_desk.db")}. There is nothing to back up. DATABASE_URL`,
  );
  expect(await said(["check"], { cwd: empty })).toContain("There is nothing to check: name a database.");
  expect(await said(["check", text], {})).toContain("is not an SQLite file.");
  expect(await said(["backup", folder], { file })).toContain("is a folder. Name a file in it.");
  expect(await said(["backup", file], { file })).toContain("belongs to the database itself.");
  expect(await said(["backup", text], { file })).toContain(
    "exists already. Name another file, or replace it: --force.",
  );
  expect(await said(["backup", join(folder, "none", "x.db")], { file })).toContain(
    "does not exist. Make the folder",
  );
  expect(await said(["restore", text], { file })).toContain("is not an SQLite file.");
  expect(await said(["restore", join(folder, "none.db")], { file })).toContain("Name a backup.");
  expect(await said(["restore", file], { file: folder })).toContain("DATABASE_URL must name a file.");
  expect(readdirSync(empty)).toEqual([]);
  expect(digest(file)).toBe(before);
});

test("a path that leads nowhere is told of in a sentence, to each verb", async () => {
  const folder = makeTemporaryFolder();
  const file = writeFile(originalWithMessages(10), join(folder, "ai_desk.db"));
  const circle = join(folder, "circle.db");
  symlinkSync(circle, circle);
  const dangling = join(folder, "dangling.db");
  symlinkSync(join(folder, "none", "x.db"), dangling);
  const inCircle = /: the symbolic links lead in a circle\. Name another path\. \(ELOOP\)\n$/;
  const isThere = /: something of that name is there already\. Name another path\. \(EEXIST\)\n$/;
  const before = readdirSync(folder);
  const sentences = await Promise.all([
    said(["backup", circle], { file }),
    said(["restore", circle], { file }),
    said(["restore", file], { file: circle }),
    said(["check", circle], {}),
    said(["backup", join(folder, "x".repeat(300))], { file }),
    said(["restore", file], { file: join(file, "x.db") }),
    said(["restore", file], { file: dangling }),
  ]);
  expect(sentences).toEqual([
    ...Array.from({ length: 4 }, () => expect.stringMatching(inCircle) as string),
    expect.stringMatching(/: the name is too long\. Name a shorter path\. \(ENAMETOOLONG\)\n$/),
    expect.stringMatching(isThere),
    expect.stringMatching(isThere),
  ]);
  expect(readdirSync(folder)).toEqual(before);
});

test.each([
  [["backup"], "backup takes FILE, and got none."],
  [["restore"], "restore takes FILE, and got none."],
  [["restore", "a", "--force"], "restore does not take the option --force."],
  [["check", "a", "b"], 'check takes [FILE], and got "a", "b".'],
])("%j is told what is wrong, and the usage, with exit code 2", async (args, fault) => {
  const { code, stderr } = await runVerb(args);
  expect(code).toBe(2);
  expect(stderr.startsWith(`${fault}\n\nUsage: ai-desk`)).toBe(true);
});

test("a check says what a file is and what is wrong with it, with exit code 0 or 1 [CHECK-1]", async () => {
  const original = writeFile(originalWithMessages(10));
  expect(await runVerb(["check"], { file: original })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /It is a file of the original backend: .*\nIts pages are sound\.\n$/,
    ) as string,
  });
  const server = await serve(original);
  await send(server.url, "session-1", "one more");
  expect((await runVerb(["check"], { file: original })).stdout).toMatch(
    /\nIt is sound: 1 session and 11 messages\.\n$/,
  );
  await server.stop();
  writeFile("delete from chatsession", original);
  const { code, stdout } = await runVerb(["check", original]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/\nORPHAN: 11 messages without a session: .*\. They are in no answer\. /);
});

test("a signal ends a backup with the code of that signal, and nothing of it is left [BACKUP-2]", async () => {
  const file = writeFile(originalWithMessages(50_000));
  const folder = makeTemporaryFolder();
  const watcher = watch(folder);
  const begun = new Promise((resolve) => watcher.once("change", resolve));
  const { child, ended } = startVerb(["backup", join(folder, "copy.db")], { file });
  await begun;
  watcher.close();
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(stderr).toBe("Stopped by SIGINT: nothing was changed, and nothing of the copy is left.\n");
  expect(readdirSync(folder)).toEqual([]);
});

test("when the process of a backup is killed, the one that copies for it removes the copy and ends [BACKUP-2]", async () => {
  const file = writeFile(originalWithMessages(50_000));
  const folder = makeTemporaryFolder();
  const partial = () => readdirSync(folder).filter((name) => name.includes(".partial-"));
  const { child, ended } = startVerb(["backup", join(folder, "copy.db")], { file });
  const sizes = (): number[] =>
    partial().map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  await expect.poll(() => Math.max(0, ...sizes()), { interval: 1 }).toBeGreaterThan(0);
  child.kill("SIGKILL");
  await ended;
  await expect.poll(partial, { timeout: 20_000 }).toEqual([]);
});
