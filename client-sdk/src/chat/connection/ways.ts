import type { ChatFailure } from "../chat-error.ts";
import { unreachable } from "../chat-error.ts";
import type { Carrier, CarrierEvents, CarrierOptions } from "./carrier.ts";
import { openSocket } from "./socket.ts";

/** The kinds of carriers, the best first. */
type Way = "socket" | "stream" | "poll";

type Known = { way: Way; sinceMs: number; hasSocketWorked: boolean; blocks: number };

/** So often in a row a WebSocket that worked before may fail while the server is there. */
const maxBlocks = 3;

/** The way that works with each server. It is kept for the life of the page. */
const knownByBase = new Map<string, Known>();

/** Chooses the kind of carrier that gets through. */
export type Ways = {
  /** Opens a carrier of the kind that is best by now. */
  open(events: CarrierEvents): Carrier;
  /** The carrier that was opened last brought a log up to date. */
  worked(): void;
  /**
   * The carrier that was opened last does not get through.
   *
   * @returns whether another kind is to be tried at once; else the reason, where it is known
   */
  blocked(): Promise<true | ChatFailure | undefined>;
  /** The network is another: each kind may get through now. */
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
      if (known.way === "socket") return openSocket(options, events);
      return openLater(known.way, options, events);
    },
    worked() {
      known.blocks = 0;
      if (known.way === "socket") known.hasSocketWorked = true;
    },
    async blocked() {
      if (known.way === "stream") return take("poll");
      if (known.way === "poll") return undefined;
      try {
        const { probe } = await import("./probe.ts");
        const failure = await probe(options);
        if (failure) return failure;
      } catch {
        // The code comes from a server that cannot be reached either.
        return undefined;
      }
      known.blocks += 1;
      // A server that just came back refuses the socket and answers the probe.
      return known.hasSocketWorked && known.blocks < maxBlocks ? undefined : take("stream");
    },
    forget() {
      known.hasSocketWorked = false;
      take("socket");
    },
  };
}

/** A carrier whose code is loaded when it is needed. */
function openLater(kind: "stream" | "poll", options: CarrierOptions, events: CarrierEvents): Carrier {
  const logs = new Set<Parameters<Carrier["follow"]>[0]>();
  let carrier: Carrier | undefined;
  let isOver = false;
  void load();
  return {
    follow: (log) => (carrier ? carrier.follow(log) : void logs.add(log)),
    unfollow: (log) => (carrier ? carrier.unfollow(log) : void logs.delete(log)),
    check: () => carrier?.check(),
    tick: () => carrier?.tick(),
    close() {
      isOver = true;
      carrier?.close();
    },
  };

  async function load(): Promise<void> {
    try {
      const { openHttp } = await import("../http/http-carrier.ts");
      if (isOver) return;
      carrier = openHttp(kind, options, events);
      for (const log of logs) carrier.follow(log);
    } catch (cause) {
      if (!isOver)
        events.onDown(unreachable("A part of this page could not be loaded. It is tried again.", cause));
    }
  }
}
