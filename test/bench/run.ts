import { inspect, parseArgs } from "node:util";
import { describeMachine } from "./machine.ts";
import { profileInto } from "./profile.ts";
import { writeLines } from "./results-page.ts";
import type { Row } from "./row.ts";
import type { RowResult, RunOptions } from "./run-row.ts";
import { runRow } from "./run-row.ts";
import { rows } from "./rows/index.ts";
import { pinGenerator } from "./start-pinned.ts";
import { tableHead, toLines } from "./table.ts";

const usage = `npm run bench -- [--list] [--rounds N] [--quick] [--json] [--write] [--profile] [ROW …]

Runs the rows that are named or begin so, or all, and prints a Markdown table.
  --list     only names the rows
  --rounds   runs each side so often, and not as often as the row says
  --quick    tiny loads: shows that the rows run, the figures mean nothing
  --json     prints everything that was found, for machines
  --write    puts the rows into test/bench/RESULTS.md
  --profile  says after each row where our server's CPU time went; what is measured then is slower
`;

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean" },
    list: { type: "boolean" },
    rounds: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean" },
    write: { type: "boolean" },
    profile: { type: "boolean" },
  },
});

const chosen = wanted.map((text) => ({ text, rows: choose(text) }));
const unknown = chosen.filter((each) => each.rows.length === 0);
const picked =
  wanted.length === 0 ? rows : rows.filter((row) => chosen.some((each) => each.rows.includes(row)));

if (options.help || unknown.length > 0) {
  process.stdout.write(unknown.map(({ text }) => `There is no row ${text}.\n`).join("") + usage);
  process.exitCode = options.help ? 0 : 1;
} else if (options.list) process.stdout.write(picked.map(({ name }) => `${name}\n`).join(""));
else if (process.platform !== "linux") throw new Error("The benchmark reads /proc, so it needs Linux.");
else await run();

function choose(text: string): Row[] {
  const exact = rows.filter(({ name }) => name === text);
  return exact.length > 0 ? exact : rows.filter(({ name }) => name.startsWith(text));
}

async function run(): Promise<void> {
  const machine = `${describeMachine()}, ${new Date().toISOString().slice(0, 10)}`;
  const unpinnedSince = pinGenerator();
  if (unpinnedSince !== undefined) process.stderr.write(`Nothing is pinned to a core: ${unpinnedSince}.\n`);
  // The started processes end at the exit of this process, which a signal alone would skip.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
  const results: RowResult[] = [];
  if (!options.json) process.stdout.write(`${machine}\n\n${tableHead}\n`);
  for (const row of picked) {
    const result = await runOne(row, {
      rounds,
      quick: options.quick,
      pinned: unpinnedSince === undefined,
    }).catch((error: unknown) => {
      // The rows after it are worth having.
      process.stderr.write(`${row.name} has failed: ${inspect(error)}\n`);
      process.exitCode = 1;
    });
    if (!result) continue;
    const lines = toLines(row, result);
    results.push(result);
    if (!options.json) process.stdout.write(`${lines}\n`);
    if (options.write) writeLines(rows, { row, machine, lines });
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ machine, results }, undefined, 2)}\n`);
}

async function runOne(row: Row, runOptions: RunOptions): Promise<RowResult> {
  if (!options.profile) return runRow(row, runOptions);
  let result: RowResult | undefined;
  const profile = await profileInto(async (profileFolder) => {
    result = await runRow(row, { ...runOptions, profileFolder });
  });
  process.stderr.write(`${row.name}, self time:\n${profile}`);
  if (!result) throw new Error("unreachable: it has run");
  return result;
}
