import { workerData } from "node:worker_threads";
import { isRunning, removeDatabase } from "./durable-files.ts";
import type { ParentWatch } from "./end-with-parent.ts";

// The program of a thread: while its process is in a call of SQLite, nothing else of that process hears of anything.
const { parent, partial } = workerData as ParentWatch;

/** How often it looks, in milliseconds. */
const lookMs = 200;

setInterval(() => {
  // An orphan is given another parent, but on Windows.
  if (process.ppid === parent && isRunning(parent)) return;
  if (partial !== undefined) removeDatabase(partial);
  process.kill(process.pid, "SIGKILL");
}, lookMs);
