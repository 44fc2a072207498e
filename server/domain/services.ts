import type { Store } from "../../db/store.ts";
import type { LiveHub } from "../live/live-hub.ts";
import type { Leases } from "./replies/leases.ts";
import type { SignalRate } from "./signal-rate.ts";

/** The clock, unless an app has another one. */
export const systemClock = (): Date => new Date();

/** The services that the actions use. */
export type Services = {
  /** Each use of it fails with SERVICE_UNAVAILABLE until the database is open. */
  store: Store;
  readonly hub: LiveHub;
  /** The clock. */
  readonly now: () => Date;
  /** Makes the id of a session that was created without one. */
  readonly newSessionId: () => string;
  /** Aborts when the server is about to stop: waiting polls are answered then. */
  readonly stopping: AbortSignal;
  readonly leases: Leases;
  readonly signalRate: SignalRate;
  /** The product's version. */
  readonly version: string;
  /** The greatest length of content, in UTF-16 code units. */
  readonly maxMessageChars: number;
  /** The most subscribers of a session at a time, over all doors. */
  readonly maxReadersPerSession: number;
  /** The longest wait of a poll, in milliseconds. */
  readonly pollMs: number;
};
