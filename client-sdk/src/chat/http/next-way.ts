import type { ChatFailure } from "../chat-error.ts";
import type { CarrierOptions } from "../connection/carrier.ts";
import { probe } from "./probe.ts";

/** The kinds of carriers, the best first. */
export type Way = "socket" | "stream" | "poll";

/** The known facts of the ways to a server. */
export type Known = {
  way: Way;
  sinceMs: number;
  hasSocketWorked: boolean;
  /** So often in a row a WebSocket failed while the server was there. */
  blocks: number;
};

/** So often in a row a WebSocket that worked before may fail while the server is there. */
const maxBlocks = 3;

/** @returns the kind of carrier to try at once, when the known one did not get through; else the reason, where it is known */
export async function nextWay(known: Known, options: CarrierOptions): Promise<Way | ChatFailure | undefined> {
  if (known.way === "stream") return "poll";
  if (known.way === "poll") return undefined;
  const failure = await probe(options);
  if (failure) return failure;
  known.blocks += 1;
  // A server that just came back refuses the socket and answers the probe.
  return known.hasSocketWorked && known.blocks < maxBlocks ? undefined : "stream";
}
