import type { ChatFailure } from "../chat-error.ts";
import type { Addresses } from "./addresses.ts";
import type { CarriedLog } from "./log.ts";
import type { Patience } from "./patience.ts";
import type { Timing } from "./timing.ts";

/** A way to the server that is open or being opened: a WebSocket, or requests over HTTP. It is used once. */
export type Carrier = {
  follow(log: CarriedLog): void;
  unfollow(log: CarriedLog): void;
  /** Finds out whether the line lives. */
  check(): void;
  /** Does what is due by now. */
  tick(): void;
  /** Ends it. It tells nothing more. */
  close(): void;
};

/** How a carrier tells of itself. */
export type CarrierEvents = {
  /** Something came through. Told once. */
  onUp(): void;
  /** It carries nothing any more. With `isBlocked`, another kind of carrier may get through. Told once, and last. */
  onDown(cause: ChatFailure, isBlocked?: boolean): void;
};

/** The parts of a `WebSocket` class that are used. Those of browsers, Node, Bun, Deno, React Native and `ws` fit. */
export type WebSocketClass = new (url: string) => { send(data: string): void; close(): void };

/** The part of `fetch` that is used. */
export type Fetch = (
  url: string,
  init: { headers: Record<string, string>; signal: AbortSignal; cache?: "no-store" },
) => Promise<Response>;

/** The settings that all kinds of carriers share. */
export type CarrierOptions = {
  addresses: Addresses;
  fetch: Fetch | undefined;
  WebSocket: WebSocketClass | undefined;
  token: (() => Promise<string>) | undefined;
  timing: Timing;
  patience: Patience;
};

export type OpenCarrier = (options: CarrierOptions, events: CarrierEvents) => Carrier;
