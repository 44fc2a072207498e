import { closeSync, openSync, writeSync } from "node:fs";
import SqliteFile from "better-sqlite3";

/** Fills the first page of a table or an index with what no page can hold. */
export function damagePage(file: string, name: string): void {
  const database = new SqliteFile(file);
  const page = database
    .prepare<[string], number>("select rootpage from sqlite_master where name = ?")
    .pluck()
    .get(name);
  const size = database.pragma("page_size", { simple: true }) as number;
  database.close();
  const handle = openSync(file, "r+");
  writeSync(handle, Buffer.alloc(size, 0x5a), 0, size, ((page ?? 0) - 1) * size);
  closeSync(handle);
}
