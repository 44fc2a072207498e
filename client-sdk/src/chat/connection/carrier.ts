import type { ChatFailure } from "../chat-error.ts";
import type { Addresses } from "./addresses.ts";
import type { CarriedLog } from "./log.ts";
import type { Patience } from "./patience.ts";
import type { Timing } from "./timing.ts";

/**
 * One open transport to the server, or one that is being opened: a WebSocket, or requests over HTTP. It is used once.
 */
export type Carrier = {
  follow(log: CarriedLog): void;
  unfollow(log: CarriedLog): void;
  /** Tests whether the line is alive. */
  check(): void;
  /** Does everything that is due. */
  tick(): void;
  /** Ends it. It emits no further events. */
  close(): void;
};

/** The events of a carrier. */
export type CarrierEvents = {
  /** The first data came through. Emitted once. */
  onUp(): void;
  /**
   * The carrier has ended. With `isBlocked`, another kind of carrier may get through. Emitted once, as the last event.
   */
  onDown(cause: ChatFailure, isBlocked?: boolean): void;
};

/** The used parts of a `WebSocket` class. The classes of browsers, Node, Bun, Deno, React Native and `ws` have them. */
export type WebSocketClass = new (url: string) => { send(data: string): void; close(): void };

/** The part of `fetch` that is used. */
export type Fetch = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal; cache?: "no-store" },
) => Promise<Response>;

/** The settings of all kinds of carriers. */
export type CarrierOptions = {
  addresses: Addresses;
  fetch: Fetch | undefined;
  WebSocket: WebSocketClass | undefined;
  token: (() => Promise<string>) | undefined;
  timing: Timing;
  patience: Patience;
};

export type OpenCarrier = (options: CarrierOptions, events: CarrierEvents) => Carrier;
