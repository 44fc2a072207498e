import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serverCommand } from "../support/server-command.ts";
import type { Busy } from "./busy.ts";
import { measureBusy } from "./busy.ts";
import { median } from "./quantile.ts";
import type { Findings, Row, Run } from "./row.ts";
import type { PinnedProcess } from "./start-pinned.ts";
import { startPinned } from "./start-pinned.ts";

const [, ...serverArgs] = serverCommand();

export type RunOptions = {
  rounds?: number | undefined;
  /** Tiny loads, whose figures mean nothing. */
  quick: boolean;
  /** Whether each server gets a core of its own. */
  pinned: boolean;
  /** Where our server puts a CPU profile of each run, as it ends. */
  profileFolder?: string | undefined;
};

/** One side of a row: medians of its rounds. */
export type SideResult = { median: Findings; samples: Findings[]; busy: Busy };

export type RowResult = { row: string; rounds: number; ours: SideResult; floor: SideResult };

type Sample = { findings: Findings; busy: Busy[] };

/** Runs both sides of a row in turn, so that what changes on the machine meanwhile meets both. */
export async function runRow(row: Row, options: RunOptions): Promise<RowResult> {
  const rounds = options.rounds ?? row.rounds;
  const ours: Sample[] = [];
  const floor: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ours.push(await runOnce((run) => row.ours(run), options));
    floor.push(await runOnce((run) => row.floor(run), options));
  }
  return { row: row.name, rounds, ours: toResult(ours), floor: toResult(floor) };
}

async function runOnce(side: (run: Run) => Promise<Findings>, options: RunOptions): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-bench-"));
  const databaseFile = join(folder, "ai_desk.db");
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", clean);
  const busy: Busy[] = [];
  const started: PinnedProcess[] = [];
  const { quick, pinned, profileFolder } = options;
  const start = async (args: string[], environment: Record<string, string>): Promise<PinnedProcess> => {
    const server = await startPinned(args, { environment, pinned });
    started.push(server);
    return server;
  };
  const profiled = profileFolder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileFolder}`];
  try {
    const findings = await side({
      databaseFile,
      startServer: (environment = {}) =>
        start([...profiled, ...serverArgs], {
          PORT: "0",
          // Without a line for each request: what that costs is a row of its own.
          LOG_LEVEL: "warn",
          DATABASE_URL: `file:${databaseFile}`,
          ...environment,
        }),
      startFloor: (name, environment = {}) =>
        start([join(import.meta.dirname, "floors", `${name}.ts`)], {
          DATABASE_FILE: databaseFile,
          ...environment,
        }),
      async measure(server, work) {
        const { measured, busy: share } = await measureBusy(server, work);
        busy.push(share);
        return measured;
      },
      load: (full, size) => (quick ? size.quick : full),
    });
    return { findings, busy };
  } finally {
    // A profile is written by a process that ends by itself.
    for (const server of started) await server.stop(profileFolder === undefined ? "SIGKILL" : "SIGTERM");
    clean();
    process.off("exit", clean);
  }
}

function toResult(samples: Sample[]): SideResult {
  const findings = samples.map((sample) => sample.findings);
  const busy = samples.flatMap((sample) => sample.busy);
  return {
    median: medians(findings),
    samples: findings,
    busy: {
      server: median(busy.map(({ server }) => server)),
      generator: median(busy.map(({ generator }) => generator)),
      elsewhere: median(busy.map(({ elsewhere }) => elsewhere)),
    },
  };
}

function medians(samples: Findings[]): Findings {
  const names = new Set(samples.flatMap((findings) => Object.keys(findings)));
  return Object.fromEntries(
    [...names].map((name) => [name, median(samples.map((findings) => findings[name] ?? Number.NaN))]),
  );
}
