import type { PinnedProcess } from "./start-pinned.ts";

/** The results of one run, by the names of the row's figures. */
export type Findings = Record<string, number>;

/** The target of a figure: a bound on ours, on `ours / floor` or on `ours − floor`. */
export type Target = { of: "ours" | "ratio" | "difference"; is: "at most" | "at least"; bound: number };

export type Figure = {
  name: string;
  unit: "MB" | "kB" | "ms" | "µs" | "s" | "/s" | "";
  targets?: Target[];
};

/** One question that the benchmark answers. The docstring of its file says which load is sent and counted. */
export type Row = {
  /** Kebab-case; begins with the name of its file. */
  name: string;
  /** The program that ours is compared with, in a few words for the table. */
  floorIs: string;
  /** How often each side is run. */
  rounds: number;
  figures: Figure[];
  ours(run: Run): Promise<Findings>;
  /** The least code that does the same visible work, or our server without what is asked about. */
  floor(run: Run): Promise<Findings>;
};

/** The means of one run of one side. All of them are removed after the run. */
export type Run = {
  /** Where `startServer` has its database: what is to be in it is put there before. */
  databaseFile: string;
  /** Our server as `npm start` starts it, with `full` durability, on the measured core. */
  startServer(environment?: Record<string, string>): Promise<PinnedProcess>;
  /** A program of `floors/` on the same core. It is given `DATABASE_FILE`. */
  startFloor(name: string, environment?: Record<string, string>): Promise<PinnedProcess>;
  /** Does the work that counts, and notes how busy the server and the load generator were with it. */
  measure<Value>(server: PinnedProcess, work: () => Promise<Value>): Promise<Measured<Value>>;
  /** The size of a load; `quick` is a tiny one that only shows that the row still runs. */
  load(full: number, size: { quick: number }): number;
};

export type Measured<Value> = { value: Value; seconds: number; serverCpuMs: number };
