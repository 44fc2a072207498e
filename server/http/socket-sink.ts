import type { Sink } from "../domain/live-stream.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { TextFrame } from "./text-frame.ts";

/** A socket as one of the streams that it is sent sees it. */
export function toSink<Item>(socket: ClientSocket, toFrame: (item: Item) => TextFrame): Sink<Item> {
  return {
    get isReady() {
      return socket.isReady;
    },
    inTurn: (work) => socket.inTurn(work),
    send: (items) => socket.sendFrames(items.map(toFrame)),
  };
}
