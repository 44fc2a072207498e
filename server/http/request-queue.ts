import type { ServerResponse } from "node:http";
import { accountOf } from "./connection-account.ts";

/** So many requests of a connection may wait before it is read no further. */
const maxWaiting = 4;

/** What Node holds for a request that waits, in bytes, about: a chunk that it has read may bring thousands. */
const waitingBytes = 4096;

type Waiting = { response: ServerResponse; begin: () => void };

/** The unfinished requests of one connection. The next one is begun when the answer to the one before is out. */
export class RequestQueue {
  #answering: ServerResponse | undefined;
  #waiting: Waiting[] | undefined;

  /** The answers that are not out, the one that is being made first. */
  get responses(): ServerResponse[] {
    const waiting = this.#waiting?.map(({ response }) => response) ?? [];
    return this.#answering ? [this.#answering, ...waiting] : waiting;
  }

  get isEmpty(): boolean {
    return this.#answering === undefined;
  }

  /** A request has come. It is begun now, or when its turn comes. {@link leave} is to be called when its answer is out. */
  enter(response: ServerResponse, begin: () => void): void {
    if (!this.#answering) {
      this.#answering = response;
      begin();
      return;
    }
    this.#waiting ??= [];
    this.#waiting.push({ response, begin });
    const { socket } = response.req;
    accountOf(socket)?.reserve(waitingBytes);
    // The body of one that waits is not read: it may come in as many chunks as it has bytes.
    if (this.#waiting.length > maxWaiting || !response.req.complete) socket.pause();
  }

  /** The answer is out, or its connection is closed. */
  leave(response: ServerResponse): void {
    if (response !== this.#answering) return;
    this.#answering = undefined;
    const { socket } = response.req;
    if (!this.#waiting || socket.destroyed) return;
    const next = this.#waiting.shift();
    if (!next) return;
    accountOf(socket)?.release(waitingBytes);
    if (this.#waiting.length === maxWaiting || !next.response.req.complete) socket.resume();
    this.#answering = next.response;
    next.begin();
  }
}
