import { stalls } from "./stalls.ts";

/**
 * A time limit for a peer. It runs out only after the peer had the whole time and the bytes that it sent in this time have
 * been read: after a stall of this process the time begins anew. The timer keeps no process running.
 */
export class FairTimer {
  readonly #act: () => void;
  readonly #timeoutMs: number;
  #begunAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(act: () => void, timeoutMs: number) {
    this.#act = act;
    this.#timeoutMs = timeoutMs;
    stalls.watch();
  }

  /** Begins the time, or begins it anew. */
  start(): this {
    this.cancel();
    this.#begunAt = performance.now();
    this.#timer = setTimeout(() => this.#readFirst(), this.#timeoutMs).unref();
    return this;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  /** Timers run before incoming bytes are read, and immediates after. */
  #readFirst(): void {
    this.#immediate = setImmediate(() => {
      if (stalls.hasBeenSince(this.#begunAt)) this.start();
      else this.#act();
    });
  }
}

/** Calls `act` once, after a peer had `timeoutMs`. */
export function fairTimeout(act: () => void, timeoutMs: number): FairTimer {
  return new FairTimer(act, timeoutMs).start();
}

/** Calls `act` again and again, each time after a peer had `intervalMs`. */
export function fairInterval(act: () => void, intervalMs: number): FairTimer {
  const timer: FairTimer = new FairTimer(() => {
    timer.start();
    act();
  }, intervalMs);
  return timer.start();
}
