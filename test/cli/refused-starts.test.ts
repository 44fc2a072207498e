import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { expect, test } from "vitest";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { startRefused } from "../support/refused-start.ts";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

const asNobody = [`--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
/** The checkout may lie in a folder that only its owner opens. */
const readsAll = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
const canBecomeNobody = isRoot && spawnSync("setpriv", [...asNobody, ...readsAll, "true"]).status === 0;

/** The server run by a user who may read everything, and write what permissions allow. */
const unprivileged = isRoot ? ["setpriv", ...asNobody, ...readsAll, ...serverCommand()] : serverCommand();

async function makeDatabase(folder: string): Promise<string> {
  const file = join(folder, "ai_desk.db");
  const database = await openDatabase({ file, synchronous: "normal" });
  await database.close();
  return file;
}

/** How a start with these settings is refused: in one sentence on stderr, which is the log's last line too, without a stack. */
async function refusalOf(environment: Record<string, string>, launch = serverCommand()): Promise<string> {
  const { code, stderr, log } = await startRefused(environment, { launch });
  expect(code).toBe(1);
  expect(log).toEqual([expect.objectContaining({ level: 60, msg: stderr.trimEnd() })]);
  expect(log[0]).not.toHaveProperty("err");
  return stderr;
}

/** Things at the path of DATABASE_URL that are no database, each with its sentence. */
const unusable: [what: string, make: (folder: string) => string | Promise<string>, sentence: RegExp][] = [
  ["a folder", (folder) => folder, /which is a folder: add the name of a file in it\.$/],
  [
    "a text file",
    (folder) => {
      writeFileSync(
        join(folder, "notes.txt"),
        "These are notes and no database, at some length.\n".repeat(20),
      );
      return join(folder, "notes.txt");
    },
    /which is no SQLite database: name another file\.$/,
  ],
  [
    "a damaged database",
    async (folder) => {
      const file = await makeDatabase(folder);
      truncateSync(file, 4096 * 3);
      return file;
    },
    /which is damaged: put a backup in its place\.$/,
  ],
  [
    "a pipe",
    (folder) => {
      spawnSync("mkfifo", [join(folder, "pipe")]);
      return join(folder, "pipe");
    },
    /which is no regular file: name one\.$/,
  ],
  [
    "a path through a file",
    (folder) => {
      writeFileSync(join(folder, "file"), "");
      return join(folder, "file/ai_desk.db");
    },
    /which cannot be made \((?:EEXIST|ENOTDIR)\): a part of the path is a file and no folder/,
  ],
  [
    "a symbolic link to itself",
    (folder) => {
      symlinkSync(join(folder, "loop"), join(folder, "loop"));
      return join(folder, "loop");
    },
    /which cannot be made \(ELOOP\): the symbolic links lead in a circle/,
  ],
  [
    "a name that is too long",
    (folder) => join(folder, "x".repeat(300)),
    /which cannot be made \(ENAMETOOLONG\): name a shorter path\.$/,
  ],
  ["a device", () => "/dev/null", /which is no regular file: name one\.$/],
];

test.each(unusable)(
  "DATABASE_URL that names %s is refused in a sentence [START-1]",
  async (_what, make, sentence) => {
    const file = await make(makeTemporaryFolder());
    const said = await refusalOf({ DATABASE_URL: `file:${file}` });
    expect(said.startsWith(`DATABASE_URL names ${file}, `)).toBe(true);
    expect(said.trimEnd()).toMatch(sentence);
  },
);

/** Files that only permissions keep from this user. */
const forbidden: [what: string, forbid: (file: string, folder: string) => void, sentence: RegExp][] = [
  [
    "a file that it cannot write",
    (file, folder) => {
      chmodSync(folder, 0o777);
      chmodSync(file, 0o444);
    },
    /which this user cannot read and write \(EACCES\): change the permissions/,
  ],
  [
    "a file in a folder that it cannot write",
    (file, folder) => {
      chmodSync(file, 0o666);
      chmodSync(folder, 0o555);
    },
    /in a folder that this user cannot write, .* \(EACCES\): change the permissions/,
  ],
  [
    "a file with a log that it cannot write",
    (file, folder) => {
      chmodSync(folder, 0o777);
      chmodSync(file, 0o666);
      writeFileSync(`${file}-wal`, "", { mode: 0o444 });
    },
    /cannot read and write .*ai_desk\.db-wal beside it \(EACCES\): change the permissions/,
  ],
];

test.runIf(!isRoot || canBecomeNobody).each(forbidden)(
  "a user that is given %s is told so, and the server does not start [START-1]",
  async (_what, forbid, sentence) => {
    const folder = makeTemporaryFolder();
    const file = await makeDatabase(folder);
    forbid(file, folder);
    const said = await refusalOf({ DATABASE_URL: `file:${file}`, NODE_EXTRA_CA_CERTS: "" }, unprivileged);
    chmodSync(folder, 0o700);
    expect(said.trimEnd()).toMatch(sentence);
  },
);

test.runIf(!isRoot || canBecomeNobody)("a folder that cannot be made is told of [START-1]", async () => {
  const folder = makeTemporaryFolder();
  chmodSync(folder, 0o555);
  const said = await refusalOf(
    { DATABASE_URL: `file:${join(folder, "data/ai_desk.db")}`, NODE_EXTRA_CA_CERTS: "" },
    unprivileged,
  );
  expect(said).toMatch(/which cannot be made \(EACCES\): change the permissions/);
});

test("a file on a disk that is mounted read-only is refused, also to root [START-1]", async (context) => {
  const folder = makeTemporaryFolder();
  const file = await makeDatabase(folder);
  const mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"';
  const isolate = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
  const enter = [...isolate, mount, "sh", folder];
  const [command = "", ...args] = enter;
  if (spawnSync(command, [...args, "true"]).status !== 0) return context.skip("mounting is not allowed here");
  const said = await refusalOf({ DATABASE_URL: `file:${file}` }, [...enter, ...serverCommand()]);
  return expect(said).toMatch(
    /which this user cannot read and write \(EROFS\): the disk is mounted read-only/,
  );
});

test("a disk that is full is told of, by a start and by a check, where SQLite names another reason [START-1] [CHECK-1]", async (context) => {
  const folder = makeTemporaryFolder();
  const from = await makeDatabase(makeTemporaryFolder());
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const fill =
    'mount -t tmpfs -o size=1m none "$1" && cp "$2" "$1/ai_desk.db" && { cat /dev/zero > "$1/rest" 2>/dev/null; shift 2; exec "$@"; }';
  const isolate = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
  const enter = [...isolate, fill, "sh", disk, from];
  const [command = "", ...args] = enter;
  if (spawnSync(command, [...args, "true"]).status !== 0) return context.skip("mounting is not allowed here");
  const environment = { DATABASE_URL: `file:${disk}/ai_desk.db` };
  const said = await refusalOf(environment, [...enter, ...serverCommand()]);
  expect(said.trimEnd()).toBe(`DATABASE_URL names ${disk}/ai_desk.db, and its disk is full: make room.`);
  const check = await startRefused(environment, { launch: [...enter, ...serverCommand(), "check"] });
  expect(check.code).not.toBe(0);
  return expect(check.stderr).toMatch(/^Cannot check .*: the disk is full\. Make room/);
});

test.each([
  [{ HOST: "no-such-host.invalid" }, /^HOST is no-such-host\.invalid, a name for which no address is found/],
  [{ HOST: "192.0.2.1" }, /^HOST is 192\.0\.2\.1, which is no address of this machine: set HOST to/],
])(
  "an address that cannot be listened on is told of with the setting: %j [START-1]",
  async (environment, sentence) => {
    const file = join(makeTemporaryFolder(), "ai_desk.db");
    expect(await refusalOf({ ...environment, DATABASE_URL: `file:${file}` })).toMatch(sentence);
    expect(existsSync(file)).toBe(false);
  },
);

const firstFreePort = existsSync("/proc/sys/net/ipv4/ip_unprivileged_port_start")
  ? Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"))
  : 0;

test.runIf(firstFreePort > 80 && (!isRoot || canBecomeNobody))(
  "a port that only root may take is told of [START-1]",
  async () => {
    const folder = makeTemporaryFolder();
    chmodSync(folder, 0o777);
    const environment = { PORT: "80", DATABASE_URL: `file:${folder}/ai_desk.db`, NODE_EXTRA_CA_CERTS: "" };
    expect(await refusalOf(environment, unprivileged)).toMatch(
      /^PORT is 80, which this user may not take: set PORT to 1024/,
    );
  },
);

test("settings that cannot be used are told of all at once, a line each, and no stack [START-1]", async () => {
  const said = await refusalOf({
    PORT: "abc",
    DATABASE_URL: "postgres://u:secret@db/chat",
    LOG_LEVEL: "loud",
  });
  expect(said).toMatch(/^PORT takes .*\nDATABASE_URL takes .*\nLOG_LEVEL takes .*\n$/);
  expect(said).not.toContain("secret");
});

test("another program's database is refused, and stays as it was [START-1]", async () => {
  const file = join(makeTemporaryFolder(), "other.db");
  const other = new SqliteFile(file);
  other.exec("create table invoices (id integer primary key); insert into invoices values (1)");
  other.close();
  const before = readFileSync(file);
  const said = await refusalOf({ DATABASE_URL: `file:${file}` });
  expect(said).toMatch(/other\.db: The file is another program's database: it has the table "invoices"/);
  expect(readFileSync(file).equals(before)).toBe(true);
});

test("a view or a trigger elsewhere in the file that is broken keeps it from neither being taken over nor being opened", async () => {
  const file = join(makeTemporaryFolder(), "ai_desk.db");
  const original = new SqliteFile(file);
  original.exec(`
    create table chatsession (id varchar not null primary key, title varchar, created_at datetime);
    create table message (id integer primary key, session_id varchar, content varchar, sender varchar, timestamp datetime);
    insert into chatsession values ('s', 'Old', '2025-11-30T12:00:00Z');
    create table notes (text);
    create view broken as select * from gone;
    create view odd as select missing from message;
    create trigger failing after insert on notes begin insert into gone values (1); end`);
  original.close();
  for (let start = 1; start <= 2; start += 1) {
    const server = await startServer({ DATABASE_URL: `file:${file}` });
    expect((await fetch(`${server.url}/api/sessions/s`)).status).toBe(200);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
  }
});

test("the brackets of an IPv6 address are taken", async (context) => {
  if (!existsSync("/proc/net/if_inet6") || readFileSync("/proc/net/if_inet6", "utf8") === "") {
    return context.skip("this machine has no IPv6");
  }
  const server = await startServer({ HOST: "[::1]" });
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
  return expect((await fetch(server.url)).status).toBe(200);
});

test("files and folders that the server makes are for its user alone [START-3]", async () => {
  const folder = join(makeTemporaryFolder(), "a/b");
  const server = await startServer({ DATABASE_URL: `file:${folder}/ai_desk.db` });
  await fetch(`${server.url}/api/sessions`, {
    method: "POST",
    body: "{}",
    headers: { "content-type": "application/json" },
  });
  const modes = spawnSync("sh", ["-c", 'stat -c "%a %n" "$1" "$1"/..  "$1"/*', "sh", folder], {
    encoding: "utf8",
  });
  const found = modes.stdout.trim().split("\n");
  expect(found.map((line) => line.split(" ")[0])).toEqual(["700", "700", ...found.slice(2).map(() => "600")]);
  expect(found.length).toBeGreaterThanOrEqual(5);
});
