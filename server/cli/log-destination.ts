import fs from "node:fs";
import { Socket } from "node:net";
import { hostname } from "node:os";
import { isatty } from "node:tty";

/** The most log text that waits in memory, in UTF-16 code units. Further lines are dropped and counted. */
const mostWaiting = 1024 * 1024;
/** The interval between two flushes of a busy log, in milliseconds. A quiet log is flushed at the end of the turn. */
const flushIntervalMs = 20;
/** The delay before another write to a reader that takes nothing, in milliseconds. */
const fullRetryMs = 50;
/** The delay before another write after a failure, such as a full disk, in milliseconds. */
const failureRetryMs = 1000;
/** The longest wait for a reader to take the last lines at the end of the process, in milliseconds. */
const lastLinesMs = 250;

/**
 * The destination of the log. A failure of it (a full disk, a closed pipe, a pipe without a reader) neither throws nor
 * blocks: lines without room are dropped, and a line gives their number when there is room again.
 */
export class LogDestination {
  readonly #handle: number;
  /** Keeps the handle of a socket or a pipe non-blocking as long as this object exists. */
  readonly #unblocking: Socket | undefined;
  #waiting: string[] = [];
  #waitingLength = 0;
  /** The rest of a partial write. */
  #rest: Buffer | undefined;
  #dropped = 0;
  #reason = "";
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #flushedAt = 0;
  /** Whether the last write was not accepted. */
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
    // The log does not keep the process running.
    this.#timer = retryMs === undefined ? undefined : setTimeout(this.#flush, retryMs).unref();
  };

  /** @returns the delay before the next try in milliseconds, if not everything was written */
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
 * A handle on which a write fails at once if no reader takes it. It is a new handle if the system allows that, since
 * other processes share the flags of the given one.
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
    // Node makes the given handle non-blocking.
    const unblocking = new Socket({ fd, readable: false, writable: true });
    unblocking.on("error", () => undefined).unref();
    return { handle: fd, unblocking };
  }
}
