import type { Sink } from "../domain/live-stream.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { TextFrames } from "./text-frames.ts";

/** The encoding of items as texts for a socket. */
export type Encoding<Item> = {
  toText(item: Item): string;
  /** The frames of what goes to many sockets, made once for all of them. */
  toSharedFrames(items: readonly Item[]): readonly TextFrames[];
};

/** A socket as one of the streams that it is sent sees it. */
export class SocketSink<Item> implements Sink<Item> {
  readonly #socket: ClientSocket;
  readonly #encoding: Encoding<Item>;

  constructor(socket: ClientSocket, encoding: Encoding<Item>) {
    this.#socket = socket;
    this.#encoding = encoding;
  }

  get isReady(): boolean {
    return this.#socket.isReady;
  }

  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#socket.inTurn(work);
  }

  send(items: readonly Item[], isShared: boolean): void {
    if (isShared) this.#socket.sendFrames(this.#encoding.toSharedFrames(items));
    else this.#socket.sendTexts(items.map((item) => this.#encoding.toText(item)));
  }
}
