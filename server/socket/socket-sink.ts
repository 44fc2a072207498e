import type { Sink } from "../live/feed.ts";
import { signalBudgetBytes } from "../live/feed.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { FrameBatch } from "./frame-batch.ts";

/** The encoding of items as texts for a socket. */
export type Encoding<Item> = {
  toText(item: Item): string;
  /** The frames for many sockets, made once for all of them. */
  toSharedBatches(items: readonly Item[]): readonly FrameBatch[];
};

/** A socket from the viewpoint of one of its streams. */
export class SocketSink<Item> implements Sink<Item> {
  readonly #socket: ClientSocket;
  readonly #encoding: Encoding<Item>;

  constructor(socket: ClientSocket, encoding: Encoding<Item>) {
    this.#socket = socket;
    this.#encoding = encoding;
  }

  get isWritable(): boolean {
    return this.#socket.isWritable;
  }

  get takesSignals(): boolean {
    return this.#socket.waitingBytes <= signalBudgetBytes;
  }

  whenWritable<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#socket.whenWritable(work);
  }

  send(items: readonly Item[]): void {
    this.#socket.sendTexts(items.map((item) => this.#encoding.toText(item)));
  }

  sendShared(items: readonly Item[]): void {
    this.#socket.sendFrames(this.#encoding.toSharedBatches(items));
  }
}
