import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Row } from "./row.ts";
import { tableHead } from "./table.ts";

const root = resolve(import.meta.dirname, "../..");
const file = join(import.meta.dirname, "RESULTS.md");

/** Puts the lines of one row into RESULTS.md, in the place of those it had there. */
export function writeLines(
  rows: Row[],
  { row, machine, lines }: { row: Row; machine: string; lines: string },
): void {
  const earlier = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const all = rows.flatMap((each) => {
    if (each.name === row.name) return lines;
    return earlier.filter((line) => line.split("|")[1]?.trim() === each.name);
  });
  writeFileSync(file, toPage(machine, all));
  execFileSync(join(root, "node_modules/.bin/oxfmt"), [file], { cwd: root });
}

function toPage(machine: string, lines: string[]): string {
  return `# Results of the benchmark

${machine}

This is the machine of the latest run; a row that was not part of it keeps its figures of an earlier machine.
Medians of alternating runs, the server on one core and the load generator on another. The load, the
counted figures, the floor and the reason of the target stand at the top of each row's file in [rows/](rows/);
[README.md](README.md) says how to read the table.

${tableHead}
${lines.join("\n")}
`;
}
