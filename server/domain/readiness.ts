import { AppError, toAppError } from "./app-error.ts";
import type { Desk } from "./desk.ts";

/** How long the result of a probe is kept, in milliseconds: load balancers ask often, and several at once. */
const keptMs = 1000;

/** Whether the product can do its work now: it can read and write its database, and is not about to stop. */
export class Readiness {
  readonly #desk: Pick<Desk, "database" | "stopping">;
  #lastProbe: { begunMs: number; outcome: Promise<void> } | undefined;

  constructor(desk: Pick<Desk, "database" | "stopping">) {
    this.#desk = desk;
  }

  /** @throws {AppError} SERVICE_UNAVAILABLE with the reason in a sentence; `cause` is for the log */
  async assertReady(): Promise<void> {
    if (this.#desk.stopping.aborted) throw new AppError("SERVICE_UNAVAILABLE", "The server is stopping.");
    const nowMs = performance.now();
    if (!this.#lastProbe || nowMs - this.#lastProbe.begunMs >= keptMs) {
      this.#lastProbe = { begunMs: nowMs, outcome: this.#probe() };
    }
    await this.#lastProbe.outcome;
  }

  async #probe(): Promise<void> {
    try {
      await this.#desk.database.probe();
    } catch (cause) {
      const error = toAppError(cause);
      if (error.code === "SERVICE_UNAVAILABLE") throw error;
      throw new AppError("SERVICE_UNAVAILABLE", "The database is not as this server left it: see the log.", {
        cause,
      });
    }
  }
}
