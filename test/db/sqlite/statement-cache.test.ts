import SqliteFile from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { withStatementCache } from "../../../db/sqlite/statement-cache.ts";

function openCache(capacity?: number) {
  const file = new SqliteFile(":memory:");
  onTestFinished(() => void file.close());
  const prepare = vi.spyOn(file, "prepare");
  return { cache: withStatementCache(file, capacity), prepare };
}

test("a statement is prepared once for its text", () => {
  const { cache, prepare } = openCache();
  expect(cache.prepare("select 1")).toBe(cache.prepare("select 1"));
  expect(cache.prepare("select 2")).not.toBe(cache.prepare("select 1"));
  expect(prepare).toHaveBeenCalledTimes(2);
});

test("no more statements than the capacity are kept, and the least recently used goes first", () => {
  const { cache, prepare } = openCache(2);
  const kept = cache.prepare("select 1");
  const dropped = cache.prepare("select 2");
  cache.prepare("select 1");
  cache.prepare("select 3");
  expect(cache.prepare("select 1")).toBe(kept);
  expect(prepare).toHaveBeenCalledTimes(3);
  expect(cache.prepare("select 2")).not.toBe(dropped);
});

test("a statement whose rows are still being read is not handed out a second time", () => {
  const { cache } = openCache();
  const reading = cache.prepare("select 1 union select 2").iterate([]);
  reading.next();
  expect(cache.prepare("select 1 union select 2").all([])).toHaveLength(2);
  expect([...reading]).toHaveLength(1);
});

test("a kept statement sees a column that was added since", () => {
  const { cache } = openCache();
  cache.prepare("create table t (a)").run([]);
  cache.prepare("insert into t values (1)").run([]);
  expect(cache.prepare("select * from t").all([])).toEqual([{ a: 1 }]);
  cache.prepare("alter table t add column b default 2").run([]);
  expect(cache.prepare("select * from t").all([])).toEqual([{ a: 1, b: 2 }]);
});
