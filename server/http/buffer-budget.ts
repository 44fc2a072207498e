import { AppError } from "../contract/app-error.ts";
import type { BufferedClient, Ledger } from "./buffer-account.ts";
import { Account } from "./buffer-account.ts";

/** The interval at which the progress of clients is checked, in milliseconds. */
const sweepIntervalMs = 250;
/** A client that moves fewer bytes between two checks is stalled. */
const leastMovedBytes = 16 * 1024;
/** The time for which a client may be stalled while others need the room, in milliseconds. */
const graceMs = 1000;
/** At this multiple of the allowed waiting bytes, stalled clients are cut at once. */
const hardFactor = 1.5;
/** The share of the budget for waiting bytes. The rest is for released bytes that are not yet garbage-collected. */
const waitingShare = 0.5;

type Waiting = { account: Account; bytes: number; resolve: () => void };

/**
 * The budget of the process for bytes that wait in memory: sent bytes that clients have not taken, answers in the
 * making, and incomplete requests and frames. While the budget is full, large answers are refused, streamed answers are
 * delayed, and stalled clients are cut.
 */
export class BufferBudget implements Ledger {
  readonly #maxBytes: number;
  #bytes = 0;
  /** The accounts with waiting bytes. */
  readonly #holders = new Set<Account>();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sweptAtMs = 0;
  #lastLarge = Promise.resolve();

  /** @param maxBytes the memory that waiting and released bytes may take together */
  constructor(maxBytes: number) {
    this.#maxBytes = waitingShare * maxBytes;
  }

  open(client: BufferedClient): Account {
    return new Account(this, client);
  }

  /** The number of waiting bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    if (this.#bytes < this.#maxBytes) return false;
    // The operating system may have taken some of it by now.
    for (const account of this.#holders) account.settle();
    return this.#bytes >= this.#maxBytes;
  }

  assertRoom(): void {
    if (!this.isFull) return;
    throw new AppError(
      "SERVICE_UNAVAILABLE",
      "As much waits for slow clients as this server holds (MAX_BUFFERED_BYTES): try again.",
    );
  }

  async admit(account: Account, bytes: number): Promise<void> {
    if (account.isClosed) return;
    if (this.#waiting.length === 0 && !this.isFull) return account.reserve(bytes);
    await new Promise<void>((resolve) => {
      this.#waiting.push({ account, bytes, resolve });
    });
  }

  async beginLarge(): Promise<() => void> {
    const before = this.#lastLarge;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastLarge = promise;
    await before;
    return resolve;
  }

  add(account: Account, bytes: number): void {
    this.#bytes += bytes;
    if (!this.#holders.has(account)) {
      this.#holders.add(account);
      account.takeMovedBytes();
      account.movedAtMs = performance.now();
      this.#timer ??= this.#startSweeping();
    }
    if (this.#bytes > hardFactor * this.#maxBytes && this.isFull) this.#makeRoom(0);
  }

  subtract(account: Account, bytes: number): void {
    this.#bytes -= bytes;
    if (account.isEmpty) this.#holders.delete(account);
    if (this.#waiting.length > 0 && this.#bytes < this.#maxBytes) this.#admitNext();
  }

  forget(account: Account): void {
    this.#holders.delete(account);
    if (this.#waiting.length === 0) return;
    const gone = this.#waiting.filter((each) => each.account === account);
    this.#waiting = this.#waiting.filter((each) => each.account !== account);
    for (const { resolve } of gone) resolve();
  }

  #admitNext(): void {
    while (this.#bytes < this.#maxBytes) {
      const next = this.#waiting.shift();
      if (!next) return;
      next.account.reserve(next.bytes);
      next.resolve();
    }
  }

  #startSweeping(): NodeJS.Timeout {
    this.#sweptAtMs = performance.now();
    return setInterval(() => this.#sweep(), sweepIntervalMs).unref();
  }

  #sweep(): void {
    const nowMs = performance.now();
    // While the process itself was stalled, no client could take anything.
    const stoodStill = nowMs - this.#sweptAtMs > 2 * sweepIntervalMs;
    this.#sweptAtMs = nowMs;
    for (const account of this.#holders) {
      account.settle();
      const hasMoved = account.takeMovedBytes() >= leastMovedBytes;
      if (hasMoved || stoodStill || account.isServed) account.movedAtMs = nowMs;
    }
    if (this.#bytes >= this.#maxBytes) this.#makeRoom(graceMs);
    if (this.#holders.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Cuts clients that have been stalled for at least this time, until there is room. The client that has been stalled
   * the longest is cut first.
   */
  #makeRoom(stillForMs: number): void {
    const sinceMs = performance.now() - stillForMs;
    const still = [...this.#holders].filter(({ movedAtMs }) => movedAtMs <= sinceMs);
    for (const account of still.toSorted((a, b) => a.movedAtMs - b.movedAtMs)) {
      if (this.#bytes < this.#maxBytes) return;
      account.cut();
    }
  }
}
