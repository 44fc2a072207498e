import { randomBytes } from "node:crypto";
import { IncomingMessage } from "node:http";

/** A client's or a proxy's own id, if it has this form: 1–128 letters, digits, dots, underscores and hyphens. */
const idForm = /^[\w.-]{1,128}$/;

/** Sets the ids of this process apart from those of any other. */
const processName = randomBytes(6).toString("hex");
let made = 0;

/** What is answered under an id: a request, or bytes that are none. */
export type Traced = IncomingMessage | { readonly id: string };

/** A new id, of the form `7f9c2ba4e88f-1`. */
export function makeRequestId(): string {
  return `${processName}-${(made += 1).toString(36)}`;
}

/** A request with what the log says of it. */
export class TracedRequest extends IncomingMessage {
  /** The pattern of the address, such as `/api/sessions/{session_id}`. Undefined until a door has recognised it. */
  route: string | undefined = undefined;
  // Fields of their own kind cost a tenth of a short answer's time: these are plain ones.
  private madeId: string | undefined = undefined;
  private begunMs = 0;
  private sentBefore = 0;
  /** The address of the peer, which may be a proxy. */
  peer: string | undefined = undefined;

  /** Takes note for the log of the time, and of the peer, which a connection that has ended does not tell. */
  begin(): void {
    this.begunMs = performance.now();
    this.peer = this.socket.remoteAddress;
    this.beginAnswer();
  }

  /** Takes note of what its connection has sent before the answer. */
  beginAnswer(): void {
    this.sentBefore = this.socket.bytesWritten;
  }

  /** The id in the header `X-Request-Id`, or a new one. */
  get id(): string {
    return (this.madeId ??= readId(this.headers["x-request-id"]) ?? makeRequestId());
  }

  /** How many bytes of the answer were sent. */
  get sentBytes(): number {
    return this.socket.bytesWritten - this.sentBefore;
  }

  /** How long ago it began in milliseconds, to a tenth. */
  get ageMs(): number {
    return Math.round((performance.now() - this.begunMs) * 10) / 10;
  }
}

function readId(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" && idForm.test(value) ? value : undefined;
}

/** Says which route a request is for. */
export function nameRoute(request: IncomingMessage, route: string): void {
  if (request instanceof TracedRequest) request.route = route;
}

/** The id of a request. Undefined if it did not come in by this product's own server. */
export function requestIdOf(traced: Traced | undefined): string | undefined {
  return traced && "id" in traced ? traced.id : undefined;
}
