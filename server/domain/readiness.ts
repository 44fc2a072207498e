import { AppError } from "../contract/app-error.ts";
import { toAppError } from "./to-app-error.ts";
import type { Services } from "./services.ts";

/**
 * The time for which the result of a probe is kept, in milliseconds. Load balancers ask often, and several ask at once.
 */
const keptMs = 1000;

/** Whether the server can do its work now: it can read and write its database, and is not stopping. */
export class Readiness {
  readonly #services: Pick<Services, "store" | "stopping">;
  #lastProbe: { begunMs: number; outcome: Promise<void> } | undefined;

  constructor(services: Pick<Services, "store" | "stopping">) {
    this.#services = services;
  }

  /** @throws {AppError} SERVICE_UNAVAILABLE with the reason in a sentence; `cause` is for the log */
  async assertReady(): Promise<void> {
    if (this.#services.stopping.aborted) throw new AppError("SERVICE_UNAVAILABLE", "The server is stopping.");
    const nowMs = performance.now();
    if (!this.#lastProbe || nowMs - this.#lastProbe.begunMs >= keptMs) {
      this.#lastProbe = { begunMs: nowMs, outcome: this.#probe() };
    }
    await this.#lastProbe.outcome;
  }

  async #probe(): Promise<void> {
    try {
      await this.#services.store.probe();
    } catch (cause) {
      const error = toAppError(cause);
      if (error.code === "SERVICE_UNAVAILABLE") throw error;
      throw new AppError("SERVICE_UNAVAILABLE", "The database is not as this server left it: see the log.", {
        cause,
      });
    }
  }
}
