import type { WebSocket } from "ws";
import type { Account } from "../http/buffer-account.ts";

/** How many frames of a client may wait for their turn before its socket is not read any further, and how many bytes. */
const maxWaitingFrames = 64;
const maxWaitingBytes = 256 * 1024;

/** Smaller frames are bounded by their number. */
const smallBytes = 4096;

/** A socket whose waiting bytes may be counted. */
type CountedSocket = WebSocket & { readonly account?: Account | undefined; readonly isCut?: boolean };

/** Reads no further from a socket while too many of its frames wait. One frame is always taken, however large it is. */
export class ReceiveWindow {
  readonly #socket: CountedSocket;
  #frames = 0;
  #bytes = 0;
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(socket: CountedSocket) {
    this.#socket = socket;
  }

  /** A frame of so many bytes has come, and waits. */
  take(bytes: number): void {
    this.#frames += 1;
    this.#bytes += bytes;
    if (bytes > smallBytes) this.#socket.account?.reserve(bytes);
    if (this.#isFull) this.#socket.pause();
  }

  /** A frame of so many bytes waits no more. */
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
