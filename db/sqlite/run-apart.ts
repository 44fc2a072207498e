import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { codeOf } from "./file-error.ts";

/** A process could not be started, or has ended without a result. The message is a clause that follows "and" or a colon. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";
}

type Order = { by: number };

type ApartOptions<Report, Result> = {
  /**
   * Handles each report of the program. A value that it returns is the result; an error that it throws is the outcome.
   */
  take: (report: Report) => Result | undefined;
  /** Kills the process. */
  signal: AbortSignal | undefined;
};

/**
 * Runs a program in a separate process, while this process answers requests. The process has ended once this resolves
 * or rejects. If this process ends first, the program ends itself (see `end-with-parent.ts`) and can clean up.
 *
 * @param program the path of its file
 * @param order its only argument, as JSON, with the id of this process added as `by`
 * @throws {ProcessError} if the process cannot be started, or ends without a result
 * @throws the reason of `signal`, once it is aborted
 */
export async function runApart<Ordered extends Order, Report, Result>(
  program: string,
  order: Omit<Ordered, "by">,
  { take, signal }: ApartOptions<Report, Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const child = start(program, { ...order, by: process.pid });
  const kill = (): boolean => child.kill("SIGKILL");
  signal?.addEventListener("abort", kill);
  // At `close`, its last report has been read.
  const closed = new Promise<number | string | null>((resolve) => {
    child.once("close", (code, by) => resolve(by ?? code));
  });
  try {
    return await new Promise<Result>((resolve, reject) => {
      child.on("error", (error) => reject(notStarted(error)));
      child.on("message", (report) => {
        try {
          const result = take(report as Report);
          if (result !== undefined) resolve(result);
        } catch (error) {
          reject(error);
        }
      });
      void closed.then((how) => reject(endedEarly(how)));
    });
  } finally {
    if (child.pid !== undefined) {
      kill();
      await closed;
    }
    signal?.removeEventListener("abort", kill);
    signal?.throwIfAborted();
  }
}

/** Node throws some system errors, such as ENOMEM, and emits others, such as EAGAIN. */
function start(program: string, order: Order): ChildProcess {
  try {
    return fork(program, [JSON.stringify(order)], {
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
  } catch (error) {
    throw notStarted(error);
  }
}

/** Error codes that mean that the system or the user has run out of a resource. */
const exhaustions = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"]);

function notStarted(cause: unknown): ProcessError {
  const reason = codeOf(cause) || String(cause);
  const remedy = exhaustions.has(reason)
    ? "end other processes, or allow this user more of them, of open files and of memory"
    : `let this user run ${process.execPath}`;
  return new ProcessError(`the system starts no process for it (${reason}): ${remedy}`, { cause });
}

function endedEarly(how: number | string | null): ProcessError {
  const remedy = "look for the reason in the system's log, and try again";
  return new ProcessError(`the process that was started for it has ended (${how}): ${remedy}`);
}
