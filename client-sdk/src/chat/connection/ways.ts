import type { ChatFailure } from "../chat-error.ts";
import type * as Fallbacks from "../http/fallbacks.ts";
import type { Known, Way } from "../http/next-way.ts";
import type { Carrier, CarrierEvents, CarrierOptions } from "./carrier.ts";
import { openSocket } from "./socket.ts";

/** The code of the fallbacks. It is loaded when a WebSocket does not get through. */
let fallbacks: typeof Fallbacks | undefined;

/** The kind of carrier that works with each server. It is kept for the life of the page. */
const knownByBase = new Map<string, Known>();

/** Chooses the kind of carrier that gets through. */
export type Ways = {
  /** Opens a carrier of the kind that is best now. */
  open(events: CarrierEvents): Carrier;
  /** The last opened carrier brought a log up to date. */
  worked(): void;
  /**
   * The last opened carrier does not get through.
   *
   * @returns true if another kind should be tried at once; else the reason, if known
   */
  blocked(): Promise<true | ChatFailure | undefined>;
  /** The network has changed, so each kind may get through now. */
  forget(): void;
};

export function createWays(options: CarrierOptions): Ways {
  const { base } = options.addresses;
  const known: Known = knownByBase.get(base) ?? {
    way: "socket",
    sinceMs: 0,
    hasSocketWorked: false,
    blocks: 0,
  };
  knownByBase.set(base, known);

  function take(way: Way): true {
    known.way = way;
    known.sinceMs = Date.now();
    return true;
  }

  return {
    open(events) {
      if (known.way !== "socket" && Date.now() - known.sinceMs >= options.timing.socketRetryMs)
        take("socket");
      if (known.way === "socket" || !fallbacks) return openSocket(options, events);
      return fallbacks.openHttp(known.way, options, events);
    },
    worked() {
      known.blocks = 0;
      if (known.way === "socket") known.hasSocketWorked = true;
    },
    async blocked() {
      try {
        fallbacks ??= await import("../http/fallbacks.ts");
      } catch {
        // The code comes from a server that is unreachable too.
        return undefined;
      }
      const next = await fallbacks.nextWay(known, options);
      return typeof next === "string" ? take(next) : next;
    },
    forget() {
      known.hasSocketWorked = false;
      take("socket");
    },
  };
}
