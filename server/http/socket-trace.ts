import type { Socket } from "node:net";

/**
 * The log data of the request that opened a WebSocket. The request object itself, with its headers, takes some two
 * kilobytes, and a socket may be open for days.
 */
export class SocketTrace {
  readonly id: string;
  readonly method?: string | undefined;
  readonly route: string | undefined;
  readonly peer: string | undefined;
  readonly #connection: Socket;
  readonly #begunMs: number;
  readonly #sentBefore: number;

  constructor(
    { id, method, route, peer }: Pick<SocketTrace, "id" | "method" | "route" | "peer">,
    connection: Socket,
    { begunMs, sentBefore }: { begunMs: number; sentBefore: number },
  ) {
    this.id = id;
    this.method = method;
    this.route = route;
    this.peer = peer;
    this.#connection = connection;
    this.#begunMs = begunMs;
    this.#sentBefore = sentBefore;
  }

  /** The number of sent bytes. */
  get sentBytes(): number {
    return this.#connection.bytesWritten - this.#sentBefore;
  }

  /** The time since the request began, in milliseconds, to a tenth. */
  get ageMs(): number {
    return Math.round((performance.now() - this.#begunMs) * 10) / 10;
  }
}
