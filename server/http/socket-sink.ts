import type { Sink } from "../domain/live-stream.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { TextFrame } from "./text-frame.ts";

/** The frames of what is sent together. They may be made once for all sockets that the same is sent to. */
export type ToFrames<Item> = (items: readonly Item[]) => readonly TextFrame[];

/** A socket as one of the streams that it is sent sees it. */
export class SocketSink<Item> implements Sink<Item> {
  readonly #socket: ClientSocket;
  readonly #toFrames: ToFrames<Item>;

  constructor(socket: ClientSocket, toFrames: ToFrames<Item>) {
    this.#socket = socket;
    this.#toFrames = toFrames;
  }

  get isReady(): boolean {
    return this.#socket.isReady;
  }

  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#socket.inTurn(work);
  }

  send(items: readonly Item[]): void {
    this.#socket.sendFrames(this.#toFrames(items));
  }
}
