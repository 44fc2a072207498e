import { AppError } from "../contract/app-error.ts";

/** The time for which a request waits for the server to start, in milliseconds. */
const waitMs = 1000;

/** Holds requests that arrive before the server is ready, for at most a second each. */
export class StartingGate {
  readonly #opening = Promise.withResolvers<void>();
  #isOpen = false;

  constructor() {
    // A failed start rejects the promise, even if no request waits for it.
    this.#opening.promise.catch(() => undefined);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    this.#isOpen = true;
    this.#opening.resolve();
  }

  /** Refuses waiting and later requests, unless the gate is open. */
  close(): void {
    this.#opening.reject(comeBack("The server is stopping: come back."));
  }

  /** @throws {AppError} SERVICE_UNAVAILABLE after a second, or if the server stops before it is ready */
  async pass(): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timeout = setTimeout(() => late.reject(comeBack("The server is starting: come back.")), waitMs);
    try {
      await Promise.race([this.#opening.promise, late.promise]);
    } finally {
      clearTimeout(timeout);
    }
  }
}

function comeBack(sentence: string): AppError {
  return new AppError("SERVICE_UNAVAILABLE", sentence, { retryAfterSeconds: 1 });
}
