import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Sink } from "../live/feed.ts";
import { signalBudgetBytes } from "../live/feed.ts";
import type { LogEvent, TrackedEvent } from "../live/change-log.ts";
import { toJson, toSharedJson } from "../live/event-json.ts";
import { memoize } from "../domain/memoize.ts";
import { probeEndedPeer } from "./ended-peer.ts";
import type { Piece } from "./buffer-account.ts";
import { accountOf } from "./connection-account.ts";
import { drained } from "./send-stream.ts";
import { apiHeaders } from "./send.ts";

/** The encoding of items as server-sent events. */
export type EventEncoding<Item> = {
  toText(items: readonly Item[]): string;
  /** Like `toText`, as bytes that are made once for all receivers. */
  toSharedBytes(items: readonly Item[]): SharedBytes;
};

/** Bytes that may wait for many clients. */
export type SharedBytes = Piece & { readonly bytes: Buffer };

export type EventStreamOptions<Item> = {
  encoding: EventEncoding<Item>;
  /** Headers besides those of every stream. */
  headers?: OutgoingHttpHeaders;
  /** The text that is sent after a silence of `intervalMs`. */
  heartbeat: { text: string; intervalMs: number };
  /** Aborts when the server is about to stop. The stream then ends. */
  stopping: AbortSignal;
};

/** Proxies and development servers that compress, cache or buffer an answer would delay events. */
const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
  // Caddy before 2.7 compresses despite no-transform, and then delays the compressed bytes.
  "content-encoding": "identity",
};

/**
 * Proxies and clients give up on a stream that is silent for long. If the server pings more often elsewhere, it does so
 * here too.
 */
export const maxHeartbeatMs = 15_000;

/** @param toText returns the whole event, including the empty line that ends it */
export function sseEncoding<Event extends LogEvent>(
  toText: (item: TrackedEvent<Event>, json: string) => string,
): EventEncoding<TrackedEvent<Event>> {
  const toTexts = (
    items: readonly TrackedEvent<Event>[],
    encode: (item: TrackedEvent<Event>) => string,
  ): string => items.map((item) => toText(item, encode(item))).join("");
  return {
    toText: (items) => toTexts(items, toJson),
    toSharedBytes: memoize((items) => toSharedBytes(toTexts(items, toSharedJson))),
  };
}

function toSharedBytes(text: string): SharedBytes {
  const bytes = Buffer.from(text);
  return { bytes, byteLength: bytes.length, waits: 0 };
}

/** A longer text is encoded before it is written. */
const largeChars = 64 * 1024;

/** The usual size of a page of a change log, in bytes. */
const pageBytes = 1024 * 1024;

/**
 * An answer of server-sent events (HTML standard, §9.2), which begins with the first item. It is not writable while its
 * client has not read what was sent. Items that are sent after its end are ignored.
 */
export class EventStream<Item> implements Sink<Item>, Disposable, EventListenerObject {
  /** Aborts when the client disconnects, and when the server is about to stop. */
  readonly signal: AbortSignal;
  readonly #response: ServerResponse;
  readonly #options: EventStreamOptions<Item>;
  #heartbeat: NodeJS.Timeout | undefined;
  #probe: Disposable | undefined;
  /** The written pieces that the client has not taken. */
  #waiting: Piece[] = [];

  constructor(response: ServerResponse, options: EventStreamOptions<Item>) {
    this.#response = response;
    this.#options = options;
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    this.signal = AbortSignal.any([gone.signal, options.stopping]);
    this.signal.addEventListener("abort", this);
  }

  get isWritable(): boolean {
    return !this.#response.writableNeedDrain;
  }

  get takesSignals(): boolean {
    return this.#response.writableLength <= signalBudgetBytes;
  }

  async whenWritable<Value>(work: () => Promise<Value>): Promise<Value> {
    if (!this.isWritable) await drained(this.#response);
    const account = accountOf(this.#response.req.socket);
    return account?.ledger.isFull ? account.whenThereIsRoom(pageBytes, work) : work();
  }

  send(items: readonly Item[]): void {
    this.write(this.#options.encoding.toText(items));
  }

  sendShared(items: readonly Item[]): void {
    const shared = this.#options.encoding.toSharedBytes(items);
    this.#write(shared.bytes, shared);
  }

  /** Sends the text of events. */
  write(events: string): void {
    // A large waiting text would be in memory twice: as a string and as bytes.
    const bytes = events.length > largeChars ? Buffer.from(events) : events;
    this.#write(bytes, { byteLength: bytes.length, waits: 0 });
  }

  #write(events: string | Buffer, piece: Piece): void {
    const response = this.#response;
    // The sender may send more items after the end.
    if (response.writableEnded) return;
    this.#begin();
    if (response.req.method === "HEAD" || this.signal.aborted) return this.end();
    if (response.write(events)) return;
    const account = accountOf(response.req.socket);
    if (!account) return;
    if (this.#waiting.length === 0) {
      response.once("drain", this.#release).once("close", this.#release);
    }
    this.#waiting.push(piece);
    account.add(piece);
  }

  /** Stops counting the waiting pieces: they are sent, or the response is closed. */
  readonly #release = (): void => {
    this.#response.off("drain", this.#release).off("close", this.#release);
    const account = accountOf(this.#response.req.socket);
    for (const piece of this.#waiting.splice(0)) account?.remove(piece);
  };

  end(): void {
    const response = this.#response;
    if (!response.headersSent && !response.destroyed) this.#begin();
    this[Symbol.dispose]();
    response.end();
  }

  /** Called when the signal aborts. A stream that has not begun may still be answered with an error. */
  handleEvent(): void {
    if (this.#heartbeat) this.end();
  }

  [Symbol.dispose](): void {
    this.signal.removeEventListener("abort", this);
    clearInterval(this.#heartbeat);
    this.#probe?.[Symbol.dispose]();
  }

  #begin(): void {
    if (this.#heartbeat) {
      this.#heartbeat.refresh();
      return;
    }
    const { headers, heartbeat } = this.#options;
    this.#response.writeHead(200, { ...apiHeaders(this.#response.req), ...streamHeaders, ...headers });
    const beat = (): void => {
      if (this.isWritable) this.#response.write(heartbeat.text);
    };
    this.#heartbeat = setInterval(beat, heartbeat.intervalMs);
    this.#probe = probeEndedPeer(this.#response, beat);
  }
}
