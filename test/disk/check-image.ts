import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { insertSession } from "../../db/statements/make-session.ts";
import { checkFile } from "../../db/sqlite/check-file.ts";
import type { Image } from "./folder-on-disk.ts";
import type { StoredContent } from "./stored-content.ts";

/** The content of a file after a crash. */
type Finding = {
  /** Faults at any level; each begins with its name in capitals. */
  violations: string[];
  /** The acknowledgements that the file does not keep. */
  missing: object[];
  /** Whether the product does not accept it as the state last served, and gives it a new epoch. */
  hasNewEpoch: boolean;
};

/** The content of a file. `epoch` is undefined in a file without tables. */
type Recovered = { epoch: string | undefined; faults: string[]; missing: object[] };

type Expected = { content: StoredContent<object>; acknowledged: readonly object[] };

/** Opens the image as SQLite and the product do after a crash, and checks what it holds. */
export async function checkImage(
  image: Image,
  { folder, ...expected }: { folder: string } & Expected,
): Promise<Finding> {
  const database = [...image.keys()].find((name) => name.endsWith(".db")) ?? "ai_desk.db";
  const file = join(folder, database);
  try {
    // The product starts on the files that the crash left, not on the files after SQLite's recovery.
    writeImage(image, folder);
    const { epoch, missing, ...found } = readRecovered(file, expected);
    writeImage(image, folder);
    const epochThen = await startOn(file);
    const { faults } = await checkFile(file);
    return {
      violations: [...faults.map(({ rule, sentence }) => `${rule} ${sentence}`), ...found.faults],
      missing,
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

function readRecovered(file: string, { content, acknowledged }: Expected): Recovered {
  const database = new SqliteFile(file);
  try {
    // A recovered file stays in this folder only briefly.
    database.pragma("synchronous = off");
    const isMade = database.prepare("select 1 from sqlite_master where name = 'history'").get();
    if (isMade === undefined) return { epoch: undefined, faults: [], missing: [...acknowledged] };
    const epoch = database.prepare<[], string>("select epoch from history").pluck().get();
    return { epoch, ...content.examine(database, acknowledged) };
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
