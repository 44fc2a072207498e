import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Account } from "../http/buffer-account.ts";

/** The beginning of a message of at most this size, in bytes, is not counted. */
const smallBytes = 64 * 1024;

/** The shortest header of a client's frame, in bytes. */
const headerBytes = 6;

/** Counts the bytes of a client's incomplete message. */
export class PartialFrames {
  readonly #account: Account;
  #bytes = 0;
  #counted = 0;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Adds received bytes. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > smallBytes) this.#count();
  }

  /** Called when a message is complete. */
  complete(): void {
    this.#bytes = 0;
    if (this.#counted > 0) this.#count();
  }

  /** Called for a control frame. It may come between the fragments of a message, and is not part of the message. */
  leaveOut(payload: Buffer): void {
    this.#bytes = Math.max(0, this.#bytes - payload.length - headerBytes);
  }

  #count(): void {
    const worth = this.#bytes > smallBytes ? this.#bytes : 0;
    const more = worth - this.#counted;
    if (more > 0) this.#account.gather(more);
    else {
      this.#account.completeGathered(-more);
      this.#account.release(-more);
    }
    this.#counted = worth;
  }
}

type CountedSocket = WebSocket & { readonly partial?: PartialFrames | undefined };

/** Counts the bytes that a socket receives. Its `partial` must be the result. */
export function countPartialFrames(
  socket: CountedSocket,
  transport: Duplex,
  account: Account,
): PartialFrames {
  const partial = new PartialFrames(account);
  transport.on("data", (chunk: Buffer) => partial.add(chunk.length));
  socket.on("message", complete).on("ping", leaveOut).on("pong", leaveOut);
  return partial;
}

// Shared by all sockets, so that an idle one takes little memory.
function complete(this: CountedSocket): void {
  this.partial?.complete();
}

function leaveOut(this: CountedSocket, payload: Buffer): void {
  this.partial?.leaveOut(payload);
}
