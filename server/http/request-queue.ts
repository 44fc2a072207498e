import type { ServerResponse } from "node:http";
import { accountOf } from "./connection-account.ts";

/** How many requests of a connection may wait while it is still read. */
const maxWaiting = 4;

/** About how many bytes Node holds for a waiting request. One chunk from the connection may bring thousands of them. */
const waitingBytes = 4096;

type Waiting = { response: ServerResponse; begin: () => void };

/** The unfinished requests of one connection. Each one begins when the answer to the one before is out. */
export class RequestQueue {
  #answering: ServerResponse | undefined;
  #waiting: Waiting[] | undefined;
  /** Whether the connection ends after an answer that is out. Bytes that still come are no request. */
  #isOver = false;

  /** The unfinished answers, the current one first. */
  get responses(): ServerResponse[] {
    const waiting = this.#waiting?.map(({ response }) => response) ?? [];
    return this.#answering ? [this.#answering, ...waiting] : waiting;
  }

  get isEmpty(): boolean {
    return this.#answering === undefined;
  }

  /** Adds a request. It begins now or when its turn comes, and never if the connection ends before. Call {@link leave} when its answer is out. */
  enter(response: ServerResponse, begin: () => void): void {
    if (this.#isOver) return;
    if (!this.#answering) {
      this.#answering = response;
      begin();
      return;
    }
    this.#waiting ??= [];
    this.#waiting.push({ response, begin });
    const { socket } = response.req;
    accountOf(socket)?.reserve(waitingBytes);
    // The body of a waiting request is not read: it may come in as many chunks as it has bytes.
    if (this.#waiting.length > maxWaiting || !response.req.complete) socket.pause();
  }

  /** Called when the answer is out, or its connection is closed. */
  leave(response: ServerResponse): void {
    if (response !== this.#answering) return;
    this.#answering = undefined;
    this.#isOver = !response.shouldKeepAlive;
    const { socket } = response.req;
    if (!this.#waiting || this.#isOver || socket.destroyed) return;
    const next = this.#waiting.shift();
    if (!next) return;
    accountOf(socket)?.release(waitingBytes);
    if (this.#waiting.length === maxWaiting || !next.response.req.complete) socket.resume();
    this.#answering = next.response;
    next.begin();
  }
}
