import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import SqliteFile from "better-sqlite3";
import { onTestFinished } from "vitest";
import { insertMessage } from "../../../db/statements/message-queries.ts";
import type { Database } from "../../../db/sqlite/database.ts";
import { openDatabase } from "../../../db/sqlite/open-database.ts";
import { createSqliteStore } from "../../../db/sqlite/sqlite-store.ts";
import type { Store } from "../../../db/store.ts";
import { takeNextSeq } from "../../../db/statements/session-queries.ts";
import { insertSession } from "../../../db/statements/make-session.ts";
import { readMark } from "../../../db/sqlite/mark-beside.ts";
import { makeTemporaryFolder } from "../../support/temporary-folder.ts";

/** A database file that is opened and left again and again, as by one server after the other. */
export class ServedFile {
  readonly path: string;
  /** The warnings of its starts. */
  readonly warnings: string[] = [];
  #database: Database | undefined;

  constructor(path = join(makeTemporaryFolder(), "ai_desk.db")) {
    this.path = path;
    onTestFinished(() => this.#database?.close());
  }

  /** @returns the epoch that it has then */
  async start(): Promise<string> {
    this.#database = await openDatabase({
      file: this.path,
      synchronous: "full",
      warn: (message) => void this.warnings.push(message),
    });
    await this.#database.write((trx) => insertSession(trx, { id: "s", title: "", created_at: "" }));
    return this.readEpoch();
  }

  async readEpoch(): Promise<string> {
    const rows = await this.#opened.read.builder.selectFrom("history").select("epoch").execute();
    return rows[0]?.epoch ?? "";
  }

  /** Adds so many messages, a commit each. @returns the id of the last. */
  async send(count: number): Promise<number> {
    let last = 0;
    for (let sent = 0; sent < count; sent += 1) {
      last = await this.#opened.write(async (trx) => {
        const { seq = 0 } = (await takeNextSeq(trx, "s")) ?? {};
        const message = { session_id: "s", content: "", sender: "user", timestamp: "", seq };
        return (await insertMessage(trx, message)).id;
      });
    }
    return last;
  }

  /** Opens a reply. @returns its id */
  async openReply(): Promise<number> {
    const reply = { content: "", sender: "assistant", timestamp: "", key: null, key_digest: null };
    const row = await this.#store.change("s", (session) =>
      session.addMessage({ ...reply, status: "streaming" }),
    );
    return row?.id ?? 0;
  }

  /** Appends so many pieces to a reply, a commit each. */
  async append(id: number, count: number): Promise<void> {
    for (let start = 0; start < count; start += 1) {
      const piece = { start, text: "x", chunk_start: 0, chunks: [] };
      await this.#store.change("s", (session) => session.appendToReply(id, piece));
    }
  }

  async stop(): Promise<void> {
    await this.#database?.close();
    this.#database = undefined;
  }

  /** The same file elsewhere as a process leaves it that is killed now. */
  kill(): ServedFile {
    return this.copyTo(join(makeTemporaryFolder(), "ai_desk.db"), ["", "-wal", "-mark"]);
  }

  /** Copies what is there of these, which end with such as "-wal", over what is at the other path. */
  copyTo(path: string, endings: readonly string[] = [""]): ServedFile {
    for (const ending of endings) {
      if (existsSync(this.path + ending)) copyFileSync(this.path + ending, path + ending);
    }
    return new ServedFile(path);
  }

  remove(...endings: string[]): void {
    for (const ending of endings) rmSync(this.path + ending);
  }

  has(ending: string): boolean {
    return existsSync(this.path + ending);
  }

  /** Whether the mark says that nothing was committed after it. */
  isSettled(): boolean | undefined {
    return readMark(this.path)?.isSettled;
  }

  /** Reads and changes it as another program does. */
  openElsewhere<Value>(act: (database: SqliteFile.Database) => Value): Value {
    const database = new SqliteFile(this.path);
    try {
      return act(database);
    } finally {
      database.close();
    }
  }

  countMessages(): number {
    return this.openElsewhere((database) => {
      if (database.pragma("integrity_check", { simple: true }) !== "ok") throw new Error("It is damaged.");
      return database.prepare<[], number>("select count(*) from message").pluck().get() ?? 0;
    });
  }

  get #store(): Store {
    return createSqliteStore(this.#opened);
  }

  get #opened(): Database {
    if (!this.#database) throw new Error("It was not started.");
    return this.#database;
  }
}
