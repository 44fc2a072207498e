import { once } from "node:events";
import type { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { WebSocket } from "ws";
import { closeCodes, reasonOf } from "../contract/close-codes.ts";
import { fairInterval, fairTimeout } from "../http/fair-timer.ts";
import type { Account } from "../http/buffer-account.ts";
import { accountOf } from "../http/connection-account.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { PartialFrames } from "./partial-frames.ts";
import { countPartialFrames } from "./partial-frames.ts";
import { SendQueue } from "./send-queue.ts";
import { KeepAlive } from "./keep-alive.ts";
import type { FrameBatch, TextInParts } from "./frame-batch.ts";

/** A client with more bytes in its send queue is sent no new frame. A frame that has begun is completed. */
const sendBudgetBytes = 512 * 1024;

/** The usual size of a page of a change log, in bytes. */
const pageBytes = 1024 * 1024;

/** The time for a client that is closed as slow to take the reason, in milliseconds. */
const slowCloseTimeoutMs = 2000;

/** The same time for a client that is cut to make room: its memory is freed only when the connection ends. */
const roomCloseTimeoutMs = 500;

/** The code that stands for a close frame without a code (RFC 6455, §7.1.5). */
const noCode = 1005;

/**
 * The WebSocket of a client. It distinguishes a client that reads from a client that does not.
 *
 * It is a subclass because ws closes a socket by the socket's own `close`: only an override can tell which side closed
 * first. A wrapper around the socket, with its listeners, takes 240 bytes more for each socket (880 instead of 640).
 */
export class ClientSocket extends WebSocket {
  #sendQueue: SendQueue | undefined;
  #stallTimeoutMs = 0;
  #isCut = false;
  #closing: AbortController | undefined;
  #lastTurn: Promise<void> | undefined;
  #firstCloseCode: number | undefined;
  readonly #keepAlive = new KeepAlive(this);
  /** The account of its waiting bytes, if there is a budget. */
  account: Account | undefined;
  /** Counts its incomplete message, if there is a budget. */
  partial: PartialFrames | undefined;
  /** Its received frames that wait for their turn. */
  readonly receiveWindow = new ReceiveWindow(this);

  /**
   * Binds the socket to its transport. Call it before every other method.
   *
   * @param stallTimeoutMs the time after which a client that takes none of the waiting bytes is closed with 4008
   */
  attach(transport: Duplex, stallTimeoutMs: number): void {
    this.account = accountOf(transport);
    this.account?.cutBy(() => this.#cutForRoom());
    this.#sendQueue = new SendQueue(this, transport, this.#keepAlive);
    this.#stallTimeoutMs = stallTimeoutMs;
    if (this.account) this.partial = countPartialFrames(this, transport, this.account);
  }

  /** The code of the side that closed first. Undefined before that, or if the connection ended without one. */
  get firstCloseCode(): number | undefined {
    return this.#firstCloseCode;
  }

  /** ws calls it too: for a frame that it cannot read, and with the peer's code if the peer closes first. */
  override close(code?: number, reason: string | Buffer | undefined = reasonOf(code)): void {
    if (this.readyState === this.OPEN) this.#firstCloseCode = code ?? noCode;
    super.close(code, reason);
  }

  /** Aborts when the socket is closed. */
  get closed(): AbortSignal {
    if (!this.#closing) {
      const closing = new AbortController();
      if (this.readyState === this.CLOSED) closing.abort();
      else this.on("close", () => closing.abort());
      this.#closing = closing;
    }
    return this.#closing.signal;
  }

  /** Whether the socket was cut to make room. Its frames are then dropped. */
  get isCut(): boolean {
    return this.#isCut;
  }

  /** Whether the send queue has room for more. */
  get isWritable(): boolean {
    return this.waitingBytes <= sendBudgetBytes;
  }

  /** The bytes that wait in the send queue. */
  get waitingBytes(): number {
    return this.#sendQueue?.bytes ?? 0;
  }

  /**
   * Does `work` when the socket is writable, one work after the other. The work is also done when the socket is closed.
   */
  async whenWritable<Value>(work: () => Promise<Value>): Promise<Value> {
    const before = this.#lastTurn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastTurn = promise;
    await before;
    await this.#withinSendBudget();
    try {
      const account = this.account;
      return await (account?.ledger.isFull ? account.whenThereIsRoom(pageBytes, work) : work());
    } finally {
      // Other work of the process gets its turn in between.
      setImmediate(resolve);
    }
  }

  /** Sends texts to this socket alone, each in a frame, in their order, after earlier frames. */
  sendTexts(texts: readonly string[]): void {
    this.#sendQueue?.sendTexts(texts);
  }

  /** Sends frames that other sockets get too, in their order, after earlier frames. */
  sendFrames(frames: readonly FrameBatch[]): void {
    this.#sendQueue?.sendFrames(frames);
  }

  sendFrame(frame: FrameBatch): void {
    this.#sendQueue?.sendFrame(frame);
  }

  sendInParts(text: TextInParts): void {
    this.#sendQueue?.sendInParts(text);
  }

  /** Closes the socket after earlier frames are sent; `close` does not wait for that. */
  finish({ code, reason }: { code: number; reason: string }): void {
    const sending = this.#sendQueue?.sending;
    if (sending) void sending.then(() => this.close(code, reason));
    else this.close(code, reason);
  }

  /** Resolves when the received frames are answered, and the answers are passed to the transport. */
  async answered(): Promise<void> {
    await this.receiveWindow.idle();
    // Events for all subscribers are sent in the same turn.
    await nextTurn();
    await this.#sendQueue?.sending;
  }

  /** Pings the client; call it at an interval. A client that gave no sign of life since the last call is closed. */
  checkAlive(): void {
    // A paused socket cannot receive a pong. It is paused because its client does not take the answers to its requests.
    if (this.isPaused || this.readyState !== this.OPEN) return;
    if (this.#keepAlive.check()) return;
    // A dead peer does not complete the closing handshake either; the socket is cut then.
    const { code, reason } = this.isWritable ? closeCodes.noPong : closeCodes.slow;
    this.close(code, reason);
  }

  /** Frees the memory of the socket. Reading stops, since an incomplete frame would hold memory. */
  #cutForRoom(): void {
    this.#isCut = true;
    this.pause();
    this.#closeSlow(roomCloseTimeoutMs);
    // Without waiting frames the operating system already has the close reason.
    if (this.#sendQueue?.bytes === 0) this.terminate();
  }

  /** Drops the waiting frames. A client that does not read does not complete the closing handshake either. */
  #closeSlow(timeoutMs: number): void {
    this.#sendQueue?.drop();
    this.close(closeCodes.slow.code, closeCodes.slow.reason);
    const cut = fairTimeout(() => this.terminate(), timeoutMs);
    this.once("close", () => cut.cancel());
  }

  async #withinSendBudget(): Promise<void> {
    if (this.readyState === this.OPEN) {
      if (this.isWritable) return;
      await this.#allSent();
    }
    // Work for a closing socket would read the change log in vain.
    if (this.readyState === this.CLOSING) await once(this.closed, "abort");
  }

  /** Resolves when all frames are sent, or when the client has taken nothing for too long. */
  async #allSent(): Promise<void> {
    let before = this.#keepAlive.taken;
    const watch = fairInterval(() => {
      if (this.#keepAlive.taken === before) this.#closeSlow(slowCloseTimeoutMs);
      before = this.#keepAlive.taken;
    }, this.#stallTimeoutMs);
    await this.#sendQueue?.sending;
    watch.cancel();
  }
}
