import { stalls } from "./stalls.ts";

/**
 * A timer that is held against a peer. It runs out only when the peer had the whole time, and what the peer sent in it has
 * been read: after a stall of this process the peer has the whole time again. It keeps no process running.
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

  /** Timers run before what has come in is read, and immediates after it. */
  #readFirst(): void {
    this.#immediate = setImmediate(() => {
      if (stalls.hasBeenSince(this.#begunAt)) this.start();
      else this.#act();
    });
  }
}

/** Calls `act` once, when a peer had `timeoutMs`. */
export function fairTimeout(act: () => void, timeoutMs: number): FairTimer {
  return new FairTimer(act, timeoutMs).start();
}

/** Calls `act` each time that a peer had `intervalMs` since the last time. */
export function fairInterval(act: () => void, intervalMs: number): FairTimer {
  const timer: FairTimer = new FairTimer(() => {
    timer.start();
    act();
  }, intervalMs);
  return timer.start();
}
