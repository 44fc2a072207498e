import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Account, Piece } from "../http/buffer-account.ts";
import { accountOf } from "../http/connection-account.ts";
import type { KeepAlive } from "./keep-alive.ts";
import type { FrameBatch, TextInParts } from "./frame-batch.ts";
import { frameHeader, maxTogetherBytes, toFragments, toTextFrame } from "./frame-batch.ts";

const asText = { binary: false };

/**
 * The frames to be sent over a WebSocket. They wait while the operating system takes no more. A large frame is sent in
 * fragments, so that pings can be sent between them.
 */
export class SendQueue {
  readonly #socket: WebSocket;
  readonly #transport: Duplex;
  readonly #keepAlive: KeepAlive;
  readonly #account: Account | undefined;
  #queue: (FrameBatch | TextInParts)[] = [];
  #queuedBytes = 0;
  #sending: Promise<void> | undefined;

  constructor(socket: WebSocket, transport: Duplex, keepAlive: KeepAlive) {
    this.#socket = socket;
    this.#transport = transport;
    this.#keepAlive = keepAlive;
    this.#account = accountOf(transport);
  }

  /** The number of bytes that wait in memory. */
  get bytes(): number {
    return this.#queuedBytes + this.#handedBytes;
  }

  /** Resolves when the waiting frames have been passed on. Undefined if none wait. */
  get sending(): Promise<void> | undefined {
    return this.#sending;
  }

  /** Sends each text in a frame, to this socket alone. */
  sendTexts(texts: readonly string[]): void {
    const transport = this.#transport;
    if (!this.#isOpen) return;
    transport.cork();
    // Neighbouring frames of ASCII, as one string.
    let ascii = "";
    const writeAscii = (): void => {
      if (ascii !== "") transport.write(ascii, "latin1");
      this.#keepAlive.sent(ascii.length);
      ascii = "";
    };
    let own = 0;
    for (const text of texts) {
      const bytes = Buffer.byteLength(text);
      own += bytes;
      if (bytes === text.length && this.#hasRoomFor(ascii.length + bytes)) {
        ascii += frameHeader(bytes) + text;
        continue;
      }
      writeAscii();
      if (this.#hasRoomFor(bytes)) {
        transport.write(frameHeader(bytes), "latin1");
        transport.write(text);
        this.#keepAlive.sent(bytes);
      } else this.sendFrame(toTextFrame(text));
    }
    writeAscii();
    transport.uncork();
    if (this.#handedBytes > 0) this.#hold({ byteLength: Math.min(own, this.#handedBytes), waits: 0 });
  }

  /** Sends frames that other sockets get too. */
  sendFrames(frames: readonly FrameBatch[]): void {
    const [first] = frames;
    if (first && frames.length === 1) return this.sendFrame(first);
    this.#transport.cork();
    for (const frame of frames) this.#send(frame);
    this.#transport.uncork();
    if (this.#handedBytes > 0) for (const frame of frames) this.#hold(frame);
  }

  sendFrame(frame: FrameBatch): void {
    this.#send(frame);
    if (this.#handedBytes > 0) this.#hold(frame);
  }

  sendInParts(text: TextInParts): void {
    if (this.#isOpen) this.#enqueue(text);
  }

  /** Drops the frames that wait. */
  drop(): void {
    const dropped = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const frame of dropped) this.#account?.remove(frame);
  }

  #send(frame: FrameBatch): void {
    if (!this.#isOpen) return;
    if (this.#hasRoomFor(frame.wire.length)) {
      this.#write(frame);
    } else this.#enqueue(frame);
  }

  #enqueue(text: FrameBatch | TextInParts): void {
    this.#queue.push(text);
    this.#queuedBytes += text.byteLength;
    this.#account?.add(text);
    this.#sending ??= this.#sendQueue();
  }

  /**
   * Counts a piece that was passed on until the operating system has taken it. A piece for several sockets counts once.
   */
  #hold(piece: Piece): void {
    this.#account?.hold(piece);
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** The bytes that were passed on and that the operating system has not taken yet. */
  get #handedBytes(): number {
    return this.#transport.writableLength;
  }

  /** Whether this many bytes can be passed on at once, with no others waiting before them. */
  #hasRoomFor(bytes: number): boolean {
    return !this.#sending && this.#handedBytes + bytes <= maxTogetherBytes;
  }

  /**
   * Writes a frame directly: ws would write header and payload separately, and create the header again for each socket.
   */
  #write({ wire }: FrameBatch, sent?: () => void): void {
    if (this.#isOpen) this.#transport.write(wire, sent);
    else if (sent) setImmediate(sent);
    this.#keepAlive.sent(wire.length);
  }

  async #sendQueue(): Promise<void> {
    for (let frame = this.#queue[0]; frame; frame = this.#queue[0]) {
      if ("parts" in frame) await this.#sendInFragments(frame, frame.parts);
      else if (frame.byteLength > maxTogetherBytes) {
        await this.#sendInFragments(frame, [frame.wire.subarray(frame.headerBytes)]);
      } else await this.#sendTogether();
      this.#keepAlive.moved();
    }
    this.#sending = undefined;
  }

  /** Sends as many of the waiting frames as may be passed on at a time. */
  async #sendTogether(): Promise<void> {
    const some: FrameBatch[] = [];
    let bytes = 0;
    for (const frame of this.#queue) {
      if ("parts" in frame || bytes + frame.wire.length > maxTogetherBytes) break;
      bytes += frame.wire.length;
      some.push(frame);
    }
    this.#queue.splice(0, some.length);
    this.#queuedBytes -= bytes;
    this.#transport.cork();
    await new Promise<void>((sent) => {
      for (const [index, frame] of some.entries())
        this.#write(frame, index === some.length - 1 ? sent : undefined);
      this.#transport.uncork();
    });
    for (const frame of some) this.#account?.remove(frame);
  }

  async #sendInFragments(text: FrameBatch | TextInParts, parts: readonly Buffer[]): Promise<void> {
    const fragments = parts.flatMap(toFragments);
    for (const [index, fragment] of fragments.entries()) {
      if (!this.#isOpen || this.#queue[0] !== text) break;
      const fin = index === fragments.length - 1;
      await new Promise<void>((sent) => {
        this.#socket.send(fragment, { ...asText, fin }, () => sent());
      });
      this.#keepAlive.moved();
      this.#keepAlive.sent(fragment.length);
      if (this.#queue[0] === text) this.#queuedBytes -= fragment.length;
    }
    if (this.#queue[0] !== text) return;
    this.#queue.shift();
    this.#queuedBytes = byteLengthOf(this.#queue);
    this.#account?.remove(text);
  }
}

function byteLengthOf(queue: readonly Piece[]): number {
  let bytes = 0;
  for (const { byteLength } of queue) bytes += byteLength;
  return bytes;
}
