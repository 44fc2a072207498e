import { randomBytes } from "node:crypto";
import { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { RequestTarget } from "./request-target.ts";
import { readTarget } from "./request-target.ts";
import { SocketTrace } from "./socket-trace.ts";

/** The form of an id from a client or a proxy: 1–128 letters, digits, dots, underscores and hyphens. */
const idForm = /^[\w.-]{1,128}$/;

/** The part of an id that differs from process to process. */
const processName = randomBytes(6).toString("hex");
let made = 0;

/** A request, the trace of one, or the id that answers bytes that are not a request. */
export type Traced = IncomingMessage | { readonly id: string };

/** A new id, such as `7f9c2ba4e88f-1`. */
export function makeRequestId(): string {
  return `${processName}-${(made += 1).toString(36)}`;
}

/** A request with its data for the log. */
export class TracedRequest extends IncomingMessage {
  /** Undefined until {@link readTracedTarget} has parsed it. */
  target: RequestTarget | undefined = undefined;
  // Plain fields: `#private` ones take a tenth of a short answer's time.
  private madeId: string | undefined = undefined;
  begunMs = 0;
  sentBefore = 0;
  /** The address of the peer, which may be a proxy. */
  peer: string | undefined = undefined;
  private ownSocket: Socket | undefined = undefined;

  /** Records the time and the peer for the log. An ended connection no longer has its peer. */
  begin(): void {
    this.begunMs = performance.now();
    this.ownSocket = this.socket;
    this.peer = this.ownSocket.remoteAddress;
    this.beginAnswer();
  }

  /** Records the number of bytes that the connection has sent before the answer. */
  beginAnswer(): void {
    this.sentBefore = this.ownSocket?.bytesWritten ?? 0;
  }

  /** The id in the header `X-Request-Id`, or a new one. */
  get id(): string {
    return (this.madeId ??= readId(this.headers["x-request-id"]) ?? makeRequestId());
  }

  /** The pattern of the address. Undefined if no door has set it. */
  get route(): string | undefined {
    return this.target?.route;
  }

  /** The number of sent bytes of the answer. */
  get sentBytes(): number {
    return (this.ownSocket?.bytesWritten ?? 0) - this.sentBefore;
  }

  /** The time since the request began, in milliseconds, to a tenth. */
  get ageMs(): number {
    return Math.round((performance.now() - this.begunMs) * 10) / 10;
  }

  /** The log data, for a socket that outlives the request. */
  toSocketTrace(): SocketTrace {
    return new SocketTrace(this, this.socket, this);
  }
}

function readId(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && idForm.test(value) ? value : undefined;
}

/** Parses the target of a request, and keeps it for the log. @throws {AppError} BAD_REQUEST */
export function readTracedTarget(request: IncomingMessage): RequestTarget {
  const target = readTarget(request);
  if (request instanceof TracedRequest) request.target = target;
  return target;
}

/** The id of a request. Undefined if the request did not come through this product's own server. */
export function requestIdOf(traced: Traced | undefined): string | undefined {
  return traced && "id" in traced ? traced.id : undefined;
}
