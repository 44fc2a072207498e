import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Pulse } from "./pulse.ts";
import type { TextFrames } from "./text-frames.ts";
import { frameHeader, maxTogetherBytes, toTextFrame } from "./text-frames.ts";

const asText = { binary: false };

/**
 * What is sent over a WebSocket, and waits while the operating system takes no more. A large frame goes out in fragments, so
 * that there are pings between them.
 */
export class Outbox {
  readonly #socket: WebSocket;
  readonly #transport: Duplex;
  readonly #pulse: Pulse;
  readonly #queue: TextFrames[] = [];
  #queuedBytes = 0;
  #sending: Promise<void> | undefined;

  constructor(socket: WebSocket, transport: Duplex, pulse: Pulse) {
    this.#socket = socket;
    this.#transport = transport;
    this.#pulse = pulse;
  }

  /** How many bytes wait in memory. */
  get bytes(): number {
    return this.#queuedBytes + this.#handedBytes;
  }

  /** Resolves when what waits has been handed on. Undefined if nothing does. */
  get sending(): Promise<void> | undefined {
    return this.#sending;
  }

  /** Each text in a frame, for nobody else. */
  sendTexts(texts: readonly string[]): void {
    const transport = this.#transport;
    if (!this.#isOpen) return;
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

  /** Frames that others are sent too. */
  sendFrames(frames: readonly TextFrames[]): void {
    const [first] = frames;
    if (first && frames.length === 1) return this.sendFrame(first);
    this.#transport.cork();
    for (const frame of frames) this.sendFrame(frame);
    this.#transport.uncork();
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

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** What the operating system has not yet taken. */
  get #handedBytes(): number {
    return this.#transport.writableLength;
  }

  /** Whether the operating system is handed so many bytes at once, and nothing waits before them. */
  #hasRoomFor(bytes: number): boolean {
    return !this.#sending && this.#handedBytes + bytes <= maxTogetherBytes;
  }

  /** The library would write header and payload one after the other, and make the header for each socket anew. */
  #write({ wire }: TextFrames, sent?: () => void): void {
    if (this.#isOpen) this.#transport.write(wire, sent);
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
    this.#transport.cork();
    await new Promise<void>((sent) => {
      for (const [index, frame] of some.entries())
        this.#write(frame, index === some.length - 1 ? sent : undefined);
      this.#transport.uncork();
    });
  }

  async #sendInFragments({ wire, headerBytes }: TextFrames): Promise<void> {
    const payload = wire.subarray(headerBytes);
    this.#queuedBytes -= headerBytes;
    for (let at = 0; at < payload.length && this.#isOpen; at += maxTogetherBytes) {
      const fragment = payload.subarray(at, at + maxTogetherBytes);
      const fin = at + maxTogetherBytes >= payload.length;
      await new Promise<void>((sent) => {
        this.#socket.send(fragment, { ...asText, fin }, () => sent());
      });
      this.#queuedBytes -= fragment.length;
      this.#pulse.moved();
      this.#pulse.sent(fragment.length);
    }
    this.#queue.shift();
  }
}
