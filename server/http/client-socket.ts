import { WebSocket } from "ws";
import { closeCodes } from "../contract/close-codes.ts";

/** How much may wait in memory for a client that reads slowly; past it the socket gets no more until it has caught up. */
export const sendBudgetBytes = 1024 * 1024;

/** How much the operating system is handed at a time, and how much is sent between one ping and the next. */
const fragmentBytes = 64 * 1024;

const asText = { binary: false };

/**
 * A client's WebSocket, that can tell a client that takes what it is sent from one that does not. Bytes that were handed to
 * the operating system say little: it holds megabytes, and a proxy more. So pings go along with what is sent, and each
 * pong says how far the client has read. A large frame goes out in fragments, with pings between them.
 */
export class ClientSocket extends WebSocket {
  readonly #queue: Buffer[] = [];
  #queuedBytes = 0;
  #sending: Promise<void> | undefined;
  #bytesSincePing = 0;
  #pings = 0;
  #pongs = 0;
  /** The last ping that the client has had a whole interval to answer. */
  #due = 0;
  /** Rises with everything that the client is seen to take. */
  #taken = 0;
  #takenBefore = 0;

  /** What waits in memory, in bytes. */
  get waitingBytes(): number {
    return this.#queuedBytes + this.bufferedAmount;
  }

  get isWithinSendBudget(): boolean {
    return this.waitingBytes <= sendBudgetBytes;
  }

  /** Sends a text frame, after those before it. */
  override send(data: string | Buffer): void {
    if (!this.#sending && this.bufferedAmount + data.length <= fragmentBytes) {
      super.send(data, asText);
      this.#count(data.length);
      return;
    }
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#sending ??= this.#sendQueue();
  }

  /** Closes the socket when what was sent before is out; `close` does not wait for that. */
  finish({ code, reason }: { code: number; reason: string }): void {
    if (this.#sending) void this.#sending.then(() => this.close(code, reason));
    else this.close(code, reason);
  }

  /**
   * Resolves when the socket may be sent more: at once within the budget, else when what waits is out. A socket that takes
   * nothing for so long is closed with 4008. Resolves too when the socket is closed.
   */
  async withinSendBudget(stallTimeoutMs: number): Promise<void> {
    if (this.readyState === this.OPEN) {
      if (this.isWithinSendBudget) return;
      await this.#allSent(stallTimeoutMs);
    }
    // Whoever waits has nothing to do any more, and would only read the log for nobody.
    if (this.readyState === this.CLOSING) await this.#closed();
  }

  /** Asks for a sign of life, to be called at an interval: a client that gave none since the last time is closed. */
  checkPulse(): void {
    // No pong is heard on a socket that is not read. It is not, because its client does not take what it has asked for.
    if (this.isPaused || this.readyState !== this.OPEN) return;
    if (this.#pongs < this.#due && this.#taken === this.#takenBefore) {
      // A peer that is gone takes no part in the closing handshake either: the socket is then cut.
      const { code, reason } = this.isWithinSendBudget ? closeCodes.noPong : closeCodes.slow;
      this.close(code, reason);
      return;
    }
    if (this.#pongs === this.#pings) this.#ping();
    this.#due = this.#pings;
    this.#takenBefore = this.#taken;
  }

  async #sendQueue(): Promise<void> {
    for (let frame = this.#queue[0]; frame; frame = this.#queue[0]) {
      for (let at = 0; at < frame.length && this.readyState === this.OPEN; at += fragmentBytes) {
        const fragment = frame.subarray(at, at + fragmentBytes);
        const fin = at + fragmentBytes >= frame.length;
        await new Promise<void>((sent) => {
          super.send(fragment, { ...asText, fin }, () => sent());
        });
        this.#queuedBytes -= fragment.length;
        this.#taken += 1;
        this.#count(fragment.length);
      }
      this.#queue.shift();
    }
    this.#sending = undefined;
  }

  #count(bytes: number): void {
    this.#bytesSincePing += bytes;
    if (this.#bytesSincePing >= fragmentBytes) this.#ping();
  }

  #ping(): void {
    if (this.#pings === 0) this.on("pong", (payload) => this.#hear(Number(payload.toString("latin1"))));
    this.#bytesSincePing = 0;
    this.#pings += 1;
    this.ping(String(this.#pings));
  }

  /** Not every pong is an answer: a client may send one at any time. */
  #hear(pong: number): void {
    if (!(pong > this.#pongs && pong <= this.#pings)) return;
    this.#pongs = pong;
    this.#taken += 1;
  }

  async #allSent(stallTimeoutMs: number): Promise<void> {
    let before = this.#taken;
    const watch = setInterval(() => {
      if (this.#taken === before) this.close(closeCodes.slow.code, closeCodes.slow.reason);
      before = this.#taken;
    }, stallTimeoutMs);
    await this.#sending;
    clearInterval(watch);
  }

  /** Not `once` of node:events, which rejects if an error comes first: a client can send one while the socket closes. */
  #closed(): Promise<void> {
    return new Promise((resolve) => {
      this.once("close", () => resolve());
    });
  }
}
