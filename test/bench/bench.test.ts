import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Row } from "./row.ts";
import type { RowResult } from "./run-row.ts";
import { rows } from "./rows/index.ts";

const root = resolve(import.meta.dirname, "../..");

test("every row is in the table once, and begins with the name of its file", async () => {
  const files = globSync("*.ts", { cwd: join(import.meta.dirname, "rows") }).filter(
    (file) => file !== "index.ts",
  );
  const names: string[] = [];
  for (const file of files) {
    const module = (await import(join(import.meta.dirname, "rows", file))) as Record<string, Row[]>;
    for (const { name } of Object.values(module).flat()) {
      expect(name.startsWith(file.replace(/\.ts$/, ""))).toBe(true);
      names.push(name);
    }
  }
  expect(rows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(new Set(names).size).toBe(names.length);
});

test.runIf(process.platform === "linux")(
  "the benchmark runs, and finds each figure of its rows on the side that has it",
  async () => {
    const names = ["post-message-synced-floor", "paused-subscriber-plain"];
    const args = ["server/launch.js", "test/bench/run.ts", "--quick", "--rounds", "1", "--json", ...names];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    const { machine, results } = JSON.parse(stdout) as { machine: string; results: RowResult[] };
    expect(machine).toContain("Node");
    expect(results.map(({ row }) => row).toSorted()).toEqual(names.toSorted());
    for (const { row, ours, floor } of results) {
      const { figures = [] } = rows.find(({ name }) => name === row) ?? {};
      expect(Object.keys(ours.median)).toEqual(figures.map(({ name }) => name));
      expect(Object.keys(ours.median)).toEqual(expect.arrayContaining(Object.keys(floor.median)));
      expect(Object.values({ ...ours.median, ...floor.median }).every(Number.isFinite)).toBe(true);
    }
  },
);
