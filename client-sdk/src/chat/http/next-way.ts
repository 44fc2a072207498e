import type { ChatFailure } from "../chat-error.ts";
import type { CarrierOptions } from "../connection/carrier.ts";
import { probe } from "./probe.ts";

/** The kinds of carriers, the best first. */
export type Way = "socket" | "stream" | "poll";

/** The known facts about the kinds of carriers for a server. */
export type Known = {
  way: Way;
  sinceMs: number;
  hasSocketWorked: boolean;
  /** The number of WebSockets in a row that failed while the server was reachable. */
  blocks: number;
};

/** The number of such failures in a row that are allowed if a WebSocket worked before. */
const maxBlocks = 3;

/** @returns the kind of carrier to try at once, if the known one did not get through; else the reason, if known */
export async function nextWay(known: Known, options: CarrierOptions): Promise<Way | ChatFailure | undefined> {
  if (known.way === "stream") return "poll";
  if (known.way === "poll") return undefined;
  const failure = await probe(options);
  if (failure) return failure;
  known.blocks += 1;
  // A server that is just starting may refuse the socket and answer the probe.
  return known.hasSocketWorked && known.blocks < maxBlocks ? undefined : "stream";
}
