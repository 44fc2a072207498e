import { workerData } from "node:worker_threads";
import { isRunning, removeDatabase } from "./durable-files.ts";
import type { ParentWatch } from "./end-with-parent.ts";

// The program of a thread: during an SQLite call the main thread of the process receives no events.
const { parent, partial } = workerData as ParentWatch;

/** The interval of the checks, in milliseconds. */
const lookMs = 200;

setInterval(() => {
  // An orphan gets another parent, except on Windows.
  if (process.ppid === parent && isRunning(parent)) return;
  if (partial !== undefined) removeDatabase(partial);
  process.kill(process.pid, "SIGKILL");
}, lookMs);
