import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** The order to a watching thread: the parent process, and a file to remove when the parent has ended. */
export type ParentWatch = { parent: number; partial: string | undefined };

/**
 * Ends this process within a quarter of a second after its parent has ended in any way, even during a long SQLite call:
 * a separate thread watches. Resolves once the thread watches.
 *
 * @param parent the process id of the parent
 * @param partial a database that this process writes; it is removed then
 */
export async function endWithParent(parent: number, partial?: string): Promise<void> {
  const workerData: ParentWatch = { parent, partial };
  const watch = new Worker(new URL("parent-watch.ts", import.meta.url), { workerData, execArgv: [] });
  await once(watch, "online");
  watch.unref();
}
