import type { WebSocket } from "ws";
import type { Account } from "../http/buffer-account.ts";

/** The most frames of a client that may wait before the server stops reading from its socket, and the most bytes. */
const maxWaitingFrames = 64;
const maxWaitingBytes = 256 * 1024;

/** Frames of at most this size, in bytes, are limited by their number alone. */
const smallBytes = 4096;

/** A socket whose waiting bytes may be counted. */
type CountedSocket = WebSocket & { readonly account?: Account | undefined; readonly isCut?: boolean };

/**
 * Backpressure for received frames: pauses a socket while too many of its frames wait. One frame is always accepted,
 * however large it is.
 */
export class ReceiveWindow {
  readonly #socket: CountedSocket;
  #frames = 0;
  #bytes = 0;
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(socket: CountedSocket) {
    this.#socket = socket;
  }

  /** Adds a received frame of this size, which waits. */
  take(bytes: number): void {
    this.#frames += 1;
    this.#bytes += bytes;
    if (bytes > smallBytes) this.#socket.account?.reserve(bytes);
    if (this.#isFull) this.#socket.pause();
  }

  /** Removes a frame of this size, which waits no more. */
  release(bytes: number): void {
    this.#frames -= 1;
    this.#bytes -= bytes;
    if (bytes > smallBytes) this.#socket.account?.release(bytes);
    if (this.#socket.isPaused && !this.#isFull && this.#socket.isCut !== true) this.#socket.resume();
    if (this.#frames === 0) this.#whenIdle?.resolve();
  }

  /** Resolves when no frame waits. */
  async idle(): Promise<void> {
    if (this.#frames === 0) return;
    this.#whenIdle ??= Promise.withResolvers<void>();
    await this.#whenIdle.promise;
    this.#whenIdle = undefined;
  }

  get #isFull(): boolean {
    return this.#frames >= maxWaitingFrames || this.#bytes >= maxWaitingBytes;
  }
}
