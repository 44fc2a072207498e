import type { WireEvent } from "./read-event.ts";

/** The received part of a reply that is being written. Lengths are in UTF-16 code units. */
export type Delta = { messageId: number; offset: number; length: number };

export type FeedOptions = {
  url: string;
  sessionId: string;
  /** The position to resume after; without it the session is followed from now on. */
  after?: number;
  /** Told of each message when it comes, with what `stamp` put into it. */
  onMessage?: (sentAt: number) => void;
  /** Told of each delta when it comes. */
  onDelta?: (delta: Delta) => void;
};

/** A reader of one session through one door, which fails when anything is missing, doubled or out of order. */
export type Feed = {
  /** How many messages have come. */
  readonly received: number;
  /** The position of the last event, or that it had. */
  readonly position: number;
  /** The bytes that have come over the network, with everything that frames them. */
  bytesRead(): number;
  /** How it ended, if it did: with a close code, or with 0 over SSE. */
  readonly endedWith: number | undefined;
  /** The fault of the stream, or its early end. */
  readonly failure: Error | undefined;
  /** Resolves when the position is reached. Rejects when the feed fails before. */
  until(position: number): Promise<void>;
  /** Takes nothing more from the network, as a client that hangs. */
  pause(): void;
  resume(): void;
  /** @throws on a door that takes none */
  send(text: string): void;
  close(): void;
};

/** The connection under a feed. */
export type Wire = Pick<Feed, "bytesRead" | "pause" | "resume" | "send" | "close">;

/** One event as the door writes it, and the end of the connection. */
export type WireListener = { onText: (text: Buffer) => void; onClose: (code: number) => void };

export type Connection = {
  connect: (on: WireListener) => Promise<Wire>;
  read: (text: Buffer) => WireEvent | undefined;
  /** Whether it tells when it has caught up: a door that does is open when it has. */
  tellsCaughtUp: boolean;
};

/** Follows a session over a connection. With a position it resolves at once, else when it follows live. */
export async function openFeed(
  { after, onMessage, onDelta }: FeedOptions,
  { connect, read, tellsCaughtUp }: Connection,
): Promise<Feed> {
  const live = Promise.withResolvers<void>();
  // A feed that nobody waits for may fail too; `until` rejects then.
  live.promise.catch(() => undefined);
  let received = 0;
  // Of the reply that was opened last: one at a time is written, and it is empty at first.
  let replyLength = 0;
  let position = after;
  let endedWith: number | undefined;
  let failure: Error | undefined;
  let waiting: { position: number; resolve: () => void; reject: (error: Error) => void } | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    waiting?.reject(failure);
    live.reject(failure);
  };
  const wire = await connect({
    onText(text) {
      const event = read(text);
      if (!event) return;
      if (!follows(event, position)) {
        const { type, seq, prev } = event;
        fail(new Error(`A ${type} at ${seq}, after ${prev}, has come after ${position}.`));
      }
      position = event.seq;
      if (event.type === "caught_up") live.resolve();
      if (event.type === "message") {
        received += 1;
        replyLength = 0;
        onMessage?.(event.sentAt);
      }
      if (event.delta) {
        const { offset, length } = event.delta;
        if (offset !== replyLength) fail(new Error(`Text at ${offset} has come after ${replyLength} of it.`));
        replyLength += length;
        onDelta?.(event.delta);
      }
      if (waiting && position >= waiting.position) waiting.resolve();
    },
    onClose(code) {
      endedWith = code;
      fail(new Error(`The feed was closed with ${code} after ${received} messages.`));
    },
  });
  if (tellsCaughtUp && after === undefined) await live.promise;
  return {
    get received() {
      return received;
    },
    get position() {
      return position ?? 0;
    },
    get endedWith() {
      return endedWith;
    },
    get failure() {
      return failure;
    },
    until(wanted) {
      return new Promise((resolve, reject) => {
        waiting = { position: wanted, resolve, reject };
        if (failure) reject(failure);
        else if ((position ?? 0) >= wanted) resolve();
      });
    },
    ...wire,
  };
}

/** The plain chat says no `prev`: its ids rise, and that is all it can be held to. */
function follows({ type, seq, prev }: WireEvent, position: number | undefined): boolean {
  if (position === undefined) return true;
  if (prev === undefined) return seq > position;
  return prev === position && (type.startsWith("message") ? seq > position : seq === position);
}
