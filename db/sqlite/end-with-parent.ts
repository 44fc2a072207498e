import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** The order to a watching thread: the parent process, and a file that is removed when that has ended. */
export type ParentWatch = { parent: number; partial: string | undefined };

/**
 * Ends this process within a quarter of a second after its parent has ended, however that ended, also in the middle of a
 * long call of SQLite: a thread of its own looks. Resolves when it does.
 *
 * @param parent the process id of the parent
 * @param partial a database that this process writes, which is then removed
 */
export async function endWithParent(parent: number, partial?: string): Promise<void> {
  const workerData: ParentWatch = { parent, partial };
  const watch = new Worker(new URL("parent-watch.ts", import.meta.url), { workerData, execArgv: [] });
  await once(watch, "online");
  watch.unref();
}
