import { stalls } from "./stalls.ts";

/**
 * A time limit for a peer. It expires only after the peer had the whole time, and after the bytes that it sent in this
 * time have been read. After a stall of this process the time starts again. The timer does not keep the process
 * running.
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

  /** Starts the time, or restarts it. */
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

  /** In the event loop timers run before incoming bytes are read, and immediates after. */
  #readFirst(): void {
    this.#immediate = setImmediate(() => {
      if (stalls.hasBeenSince(this.#begunAt)) this.start();
      else this.#act();
    });
  }
}

/** Calls `act` once, after the peer had `timeoutMs`. */
export function fairTimeout(act: () => void, timeoutMs: number): FairTimer {
  return new FairTimer(act, timeoutMs).start();
}

/** Calls `act` repeatedly, each time after the peer had `intervalMs`. */
export function fairInterval(act: () => void, intervalMs: number): FairTimer {
  const timer: FairTimer = new FairTimer(() => {
    timer.start();
    act();
  }, intervalMs);
  return timer.start();
}
