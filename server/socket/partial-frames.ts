import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Account } from "../http/buffer-account.ts";

/** The largest beginning of a message, in bytes, that is too small to be counted. */
const smallBytes = 64 * 1024;

/** The shortest header of a client's frame, in bytes. */
const headerBytes = 6;

/** Counts the bytes of a client's unfinished message. */
export class PartialFrames {
  readonly #account: Account;
  #bytes = 0;
  #counted = 0;

  constructor(account: Account) {
    this.#account = account;
  }

  /** So many bytes have come. */
  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > smallBytes) this.#count();
  }

  /** A message is whole. */
  complete(): void {
    this.#bytes = 0;
    if (this.#counted > 0) this.#count();
  }

  /** A control frame has come, perhaps between the fragments of a message: it is not a part of the message. */
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

/** Counts what comes over a socket. Its `partial` must be the result. */
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

// Shared by all sockets: an idle one is to take little memory.
function complete(this: CountedSocket): void {
  this.partial?.complete();
}

function leaveOut(this: CountedSocket, payload: Buffer): void {
  this.partial?.leaveOut(payload);
}
