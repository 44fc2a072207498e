import type { ServerResponse } from "node:http";
import { accountOf } from "./connection-account.ts";

/** The most requests of a connection that may wait before the server stops reading from it. */
const maxWaiting = 4;

/**
 * The approximate memory that Node holds for a waiting request, in bytes. One chunk from the connection may hold
 * thousands of requests.
 */
const waitingBytes = 4096;

type Waiting = { response: ServerResponse; begin: () => void };

/** The unfinished requests of one connection. Each begins when the previous answer is sent. */
export class RequestQueue {
  #answering: ServerResponse | undefined;
  #waiting: Waiting[] | undefined;
  /** Whether the connection ends after an answer that is already sent. Bytes that still arrive are not a request. */
  #isOver = false;

  /** The unfinished answers, the current one first. */
  get responses(): ServerResponse[] {
    const waiting = this.#waiting?.map(({ response }) => response) ?? [];
    return this.#answering ? [this.#answering, ...waiting] : waiting;
  }

  get isEmpty(): boolean {
    return this.#answering === undefined;
  }

  /**
   * Adds a request. It begins now or in its turn, or never if the connection ends first. Call {@link leave} when its
   * answer is sent.
   */
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
    // The body of a waiting request is not read: it may arrive in as many chunks as it has bytes.
    if (this.#waiting.length > maxWaiting || !response.req.complete) socket.pause();
  }

  /** Called when the answer is sent, or its connection is closed. */
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
