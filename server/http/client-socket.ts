import { once } from "node:events";
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { closeCodes } from "../contract/close-codes.ts";
import { Pulse } from "./pulse.ts";
import type { TextFrames } from "./text-frames.ts";
import { frameHeader, maxTogetherBytes, toTextFrame } from "./text-frames.ts";

/** Past this, in bytes, a client that reads slowly gets no more until it has caught up. What is begun is still sent. */
const sendBudgetBytes = 512 * 1024;

const asText = { binary: false };

/**
 * A client's WebSocket, that can tell a client that takes what it is sent from one that does not. A large frame goes out in
 * fragments, so that there are pings between them.
 */
export class ClientSocket extends WebSocket {
  #transport: Duplex | undefined;
  #stallTimeoutMs = 0;
  readonly #queue: TextFrames[] = [];
  #queuedBytes = 0;
  #sending: Promise<void> | undefined;
  #closing: AbortController | undefined;
  #lastTurn: Promise<void> | undefined;
  readonly #pulse = new Pulse(this);

  /**
   * Says over what it is sent, and how long a client may take nothing of what waits for it, in milliseconds, before it is
   * closed with 4008. To be called before anything else.
   */
  attach(transport: Duplex, stallTimeoutMs: number): void {
    this.#transport = transport;
    this.#stallTimeoutMs = stallTimeoutMs;
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

  /** Whether it may be sent more now. */
  get isReady(): boolean {
    return this.#queuedBytes + this.#handedBytes <= sendBudgetBytes;
  }

  /**
   * Does `work` when it may be sent more, one after the other: nobody else has a turn meanwhile. It is done too when the
   * socket is closed.
   */
  async inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const before = this.#lastTurn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#lastTurn = promise;
    await before;
    await this.#withinSendBudget();
    try {
      return await work();
    } finally {
      // Whoever has other things to do in between has its turn too.
      setImmediate(resolve);
    }
  }

  /** Sends texts that go to nobody else, each in a frame, in their order, after what was sent before. */
  sendTexts(texts: readonly string[]): void {
    const transport = this.#transport;
    if (this.readyState !== this.OPEN || !transport) return;
    transport.cork();
    // Frames of ASCII, next to each other, as one string.
    let ascii = "";
    const writeAscii = (): void => {
      if (ascii !== "") transport.write(ascii, "latin1");
      this.#pulse.sent(ascii.length);
      ascii = "";
    };
    for (const text of texts) {
      const bytes = Buffer.byteLength(text);
      if (bytes === text.length && this.#hasRoomFor(ascii.length + bytes)) {
        ascii += frameHeader(bytes) + text;
        continue;
      }
      writeAscii();
      if (this.#hasRoomFor(bytes)) {
        transport.write(frameHeader(bytes), "latin1");
        transport.write(text);
        this.#pulse.sent(bytes);
      } else this.sendFrame(toTextFrame(text));
    }
    writeAscii();
    transport.uncork();
  }

  /** Sends frames that go to others too, in their order, after what was sent before. */
  sendFrames(frames: readonly TextFrames[]): void {
    const [first] = frames;
    if (first && frames.length === 1) return this.sendFrame(first);
    this.#transport?.cork();
    for (const frame of frames) this.sendFrame(frame);
    this.#transport?.uncork();
  }

  sendFrame(frame: TextFrames): void {
    if (this.#hasRoomFor(frame.wire.length)) {
      this.#write(frame);
    } else {
      this.#queue.push(frame);
      this.#queuedBytes += frame.wire.length;
      this.#sending ??= this.#sendQueue();
    }
  }

  /** Closes the socket when what was sent before is out; `close` does not wait for that. */
  finish({ code, reason }: { code: number; reason: string }): void {
    if (this.#sending) void this.#sending.then(() => this.close(code, reason));
    else this.close(code, reason);
  }

  /** Asks for a sign of life, to be called at an interval: a client that gave none since the last time is closed. */
  checkPulse(): void {
    // No pong is heard on a socket that is not read. It is not, because its client does not take what it has asked for.
    if (this.isPaused || this.readyState !== this.OPEN) return;
    if (this.#pulse.check()) return;
    // A peer that is gone takes no part in the closing handshake either: the socket is then cut.
    const { code, reason } = this.isReady ? closeCodes.noPong : closeCodes.slow;
    this.close(code, reason);
  }

  /** What the operating system has not yet taken. */
  get #handedBytes(): number {
    return this.#transport?.writableLength ?? 0;
  }

  /** Whether the operating system is handed so many bytes at once, and nothing waits before them. */
  #hasRoomFor(bytes: number): boolean {
    return !this.#sending && this.#handedBytes + bytes <= maxTogetherBytes;
  }

  /** The library would write header and payload one after the other, and make the header for each socket anew. */
  #write({ wire }: TextFrames, sent?: () => void): void {
    if (this.readyState === this.OPEN && this.#transport) this.#transport.write(wire, sent);
    else if (sent) setImmediate(sent);
    this.#pulse.sent(wire.length);
  }

  async #sendQueue(): Promise<void> {
    for (let frame = this.#queue[0]; frame; frame = this.#queue[0]) {
      if (frame.wire.length > maxTogetherBytes) await this.#sendInFragments(frame);
      else await this.#sendTogether();
      this.#pulse.moved();
    }
    this.#sending = undefined;
  }

  /** Sends as many of those that wait as the operating system is handed at a time. */
  async #sendTogether(): Promise<void> {
    const some: TextFrames[] = [];
    let bytes = 0;
    for (const frame of this.#queue) {
      if (bytes + frame.wire.length > maxTogetherBytes) break;
      bytes += frame.wire.length;
      some.push(frame);
    }
    this.#queue.splice(0, some.length);
    this.#queuedBytes -= bytes;
    this.#transport?.cork();
    await new Promise<void>((sent) => {
      for (const [index, frame] of some.entries())
        this.#write(frame, index === some.length - 1 ? sent : undefined);
      this.#transport?.uncork();
    });
  }

  async #sendInFragments({ wire, headerBytes }: TextFrames): Promise<void> {
    const payload = wire.subarray(headerBytes);
    this.#queuedBytes -= headerBytes;
    for (let at = 0; at < payload.length && this.readyState === this.OPEN; at += maxTogetherBytes) {
      const fragment = payload.subarray(at, at + maxTogetherBytes);
      const fin = at + maxTogetherBytes >= payload.length;
      await new Promise<void>((sent) => {
        this.send(fragment, { ...asText, fin }, () => sent());
      });
      this.#queuedBytes -= fragment.length;
      this.#pulse.moved();
      this.#pulse.sent(fragment.length);
    }
    this.#queue.shift();
  }

  async #withinSendBudget(): Promise<void> {
    if (this.readyState === this.OPEN) {
      if (this.isReady) return;
      await this.#allSent();
    }
    // Whoever waits has nothing to do any more, and would only read the log for nobody.
    if (this.readyState === this.CLOSING) await once(this.closed, "abort");
  }

  /** What was sent is out, or the client took nothing of it for too long. */
  async #allSent(): Promise<void> {
    let before = this.#pulse.taken;
    const watch = setInterval(() => {
      if (this.#pulse.taken === before) this.close(closeCodes.slow.code, closeCodes.slow.reason);
      before = this.#pulse.taken;
    }, this.#stallTimeoutMs);
    await this.#sending;
    clearInterval(watch);
  }
}
