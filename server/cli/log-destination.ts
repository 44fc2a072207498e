import fs from "node:fs";
import { Socket } from "node:net";
import { hostname } from "node:os";
import { isatty } from "node:tty";

/** How much of the log waits in memory at most, in UTF-16 code units. Lines beyond it are dropped, and counted. */
const mostWaiting = 1024 * 1024;
/** The longest time between two writes of a busy log, in milliseconds. A quiet one is written at the end of the turn. */
const flushIntervalMs = 20;
/** How soon a reader that takes nothing is tried again, in milliseconds. */
const fullRetryMs = 50;
/** The same after a failure, such as that of a full disk. */
const failureRetryMs = 1000;
/** How long the last lines wait at the end of the process for a reader that takes nothing, in milliseconds. */
const lastLinesMs = 250;

/**
 * The destination of the log. A failure of it (a full disk, a closed pipe, a pipe without a reader) throws nothing and
 * makes the process wait for nothing: lines that find no room are dropped, and a line tells their number when there is room.
 */
export class LogDestination {
  readonly #handle: number;
  /** Keeps the handle of a socket or a pipe from blocking, for as long as it lives. */
  readonly #unblocking: Socket | undefined;
  #waiting: string[] = [];
  #waitingLength = 0;
  /** The rest of a write that was taken in part. */
  #rest: Buffer | undefined;
  #dropped = 0;
  #reason = "";
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #flushedAt = 0;
  /** Whether what was written last was not taken. */
  #isStuck = false;

  /** @param fd the file descriptor to write to */
  constructor(fd: number) {
    const { handle, unblocking } = openUnblocked(fd);
    this.#handle = handle;
    this.#unblocking = unblocking;
    process.on("exit", () => this.#writeLastLines());
  }

  /** Takes a line with its line feed. */
  write(line: string): void {
    if (this.#waitingLength + line.length > mostWaiting) {
      if (!this.#isStuck) this.#flush();
      if (this.#isStuck) {
        this.#dropped += 1;
        return;
      }
    }
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    if (this.#timer !== undefined) return;
    const isBusy = performance.now() - this.#flushedAt < flushIntervalMs;
    this.#timer = isBusy ? setTimeout(this.#flush, flushIntervalMs) : setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushedAt = performance.now();
    const retryMs = this.#writeWaiting();
    this.#isStuck = retryMs !== undefined;
    // The log keeps no process running.
    this.#timer = retryMs === undefined ? undefined : setTimeout(this.#flush, retryMs).unref();
  };

  /** @returns in how many milliseconds to try again, if not all could be written */
  #writeWaiting(): number | undefined {
    for (;;) {
      const bytes = this.#rest ?? this.#takeWaiting();
      if (!bytes) return undefined;
      try {
        const written = fs.writeSync(this.#handle, bytes);
        this.#rest = written < bytes.length ? bytes.subarray(written) : undefined;
      } catch (error) {
        this.#rest = bytes;
        this.#reason = (error as NodeJS.ErrnoException).code ?? String(error);
        return this.#reason === "EAGAIN" ? fullRetryMs : failureRetryMs;
      }
    }
  }

  #takeWaiting(): Buffer | undefined {
    if (this.#waiting.length === 0) return undefined;
    const lines = this.#waiting;
    if (this.#dropped > 0) lines.push(this.#tellDropped());
    this.#waiting = [];
    this.#waitingLength = 0;
    return Buffer.from(lines.join(""));
  }

  #tellDropped(): string {
    const entry = {
      level: 40,
      time: Date.now(),
      pid: process.pid,
      hostname: hostname(),
      dropped: this.#dropped,
      reason: this.#reason,
      msg: `${this.#dropped} lines of the log were dropped here: it could not be written for a while.`,
    };
    this.#dropped = 0;
    return `${JSON.stringify(entry)}\n`;
  }

  #writeLastLines(): void {
    const begun = performance.now();
    while (this.#writeWaiting() === fullRetryMs && performance.now() - begun < lastLinesMs) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    this.#unblocking?.unref();
  }
}

/**
 * A handle on which a write fails at once if no reader takes it. One of its own, if the system allows it, since other processes
 * share the flags of the given one.
 */
function openUnblocked(fd: number): { handle: number; unblocking?: Socket } {
  const stats = fs.fstatSync(fd);
  const mayBlock = stats.isFIFO() || stats.isSocket() || isatty(fd);
  if (!mayBlock) return { handle: fd };
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = fs.constants;
    return { handle: fs.openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY) };
  } catch {
    if (isatty(fd)) return { handle: fd };
    // Node makes the handle that it is given one that does not block.
    const unblocking = new Socket({ fd, readable: false, writable: true });
    unblocking.on("error", () => undefined).unref();
    return { handle: fd, unblocking };
  }
}
