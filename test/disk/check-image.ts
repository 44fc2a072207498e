import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { insertSession } from "../../db/statements/make-session.ts";
import { checkFile } from "../../db/sqlite/check-file.ts";
import type { Answer } from "./answers.ts";
import type { Image } from "./folder-on-disk.ts";
import { contentOf } from "./keyed-content.ts";

/** The content of a file after a crash. */
type Finding = {
  /** Faults at any level; each begins with its name in capitals. */
  violations: string[];
  /** The acknowledged messages that are missing. */
  missing: Answer[];
  /** Whether the product does not accept it as the state last served, and gives it a new epoch. */
  hasNewEpoch: boolean;
};

type StoredRow = { id: number; seq: number; key: string; content: string };

/** The content of a file. `epoch` is undefined in a file without tables. */
type Recovered = { epoch: string | undefined; rows: StoredRow[] };

/** Opens the image as SQLite and the product do after a crash, and checks for the acknowledged messages. */
export async function checkImage(
  image: Image,
  { folder, acknowledged }: { folder: string; acknowledged: readonly Answer[] },
): Promise<Finding> {
  const database = [...image.keys()].find((name) => name.endsWith(".db")) ?? "ai_desk.db";
  const file = join(folder, database);
  try {
    // The product starts on the files that the crash left, not on the files after SQLite's recovery.
    writeImage(image, folder);
    const { epoch, rows } = readRecovered(file);
    writeImage(image, folder);
    const epochThen = await startOn(file);
    const { faults } = await checkFile(file);
    const stored = new Map(rows.map(({ id, key }) => [id, key]));
    return {
      violations: [...faults.map(({ rule, sentence }) => `${rule} ${sentence}`), ...describeFaults(rows)],
      missing: acknowledged.filter(({ id, key }) => stored.get(id) !== key),
      hasNewEpoch: epoch !== undefined && epoch !== epochThen,
    };
  } catch (error) {
    return { violations: [`CORRUPT ${String(error)}`], missing: [], hasNewEpoch: false };
  }
}

function writeImage(image: Image, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, content] of image) writeFileSync(join(folder, name), content);
}

function readRecovered(file: string): Recovered {
  const database = new SqliteFile(file);
  try {
    // A recovered file stays in this folder only briefly.
    database.pragma("synchronous = off");
    const isMade = database.prepare("select 1 from sqlite_master where name = 'history'").get();
    if (isMade === undefined) return { epoch: undefined, rows: [] };
    const epoch = database.prepare<[], string>("select epoch from history").pluck().get();
    const messages = "select id, seq, key, content from message order by id";
    return { epoch, rows: database.prepare<[], StoredRow>(messages).all() };
  } finally {
    database.close();
  }
}

/**
 * The product starts and writes on any file that the crash left, including an empty or incomplete one. @returns the
 * epoch after that
 */
async function startOn(file: string): Promise<string> {
  const database = await openDatabase({ file, synchronous: "normal" });
  try {
    await database.write((trx) => insertSession(trx, { id: "after the crash", title: "", created_at: "" }));
    await database.read.builder.selectFrom("message").select("id").limit(1).execute();
    const { epoch } = await database.read.builder
      .selectFrom("history")
      .select("epoch")
      .executeTakeFirstOrThrow();
    return epoch;
  } finally {
    await database.close();
  }
}

/** All messages here are sent to one session and kept, so the file must hold a complete beginning of its history. */
function describeFaults(rows: readonly StoredRow[]): string[] {
  const faults: string[] = [];
  for (const [index, { id, seq, key, content }] of rows.entries()) {
    if (id !== index + 1 || seq !== index + 1)
      faults.push(`GAP message ${id} at ${seq} is number ${index + 1}`);
    if (content !== contentOf(key)) faults.push(`CONTENT of ${key} is another`);
  }
  const keys = new Set(rows.map(({ key }) => key));
  if (keys.size < rows.length) faults.push(`DOUBLED ${rows.length - keys.size} keys`);
  return faults;
}
