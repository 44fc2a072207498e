/** The number of bytes that are sent between two pings. */
const bytesPerPing = 64 * 1024;

/** The parts of a WebSocket that a {@link KeepAlive} needs. */
export type PingedSocket = {
  ping(payload: string): void;
  on(event: "pong", listener: (payload: Buffer) => void): unknown;
};

/**
 * Determines whether a client reads. Bytes that were passed to the operating system say little: it buffers megabytes,
 * and a proxy more. So pings are sent among the data, and each pong shows how far the client has read.
 */
export class KeepAlive {
  readonly #socket: PingedSocket;
  #bytesSincePing = 0;
  #pings = 0;
  #pongs = 0;
  /** The last ping that the client has had a whole interval to answer. */
  #due = 0;
  #taken = 0;
  #takenBefore = 0;

  constructor(socket: PingedSocket) {
    this.#socket = socket;
  }

  /** Rises whenever the client is seen to take data. */
  get taken(): number {
    return this.#taken;
  }

  /** Reports sent bytes. */
  sent(bytes: number): void {
    this.#bytesSincePing += bytes;
    if (this.#bytesSincePing >= bytesPerPing) this.#ping();
  }

  /** Reports that the operating system has taken waiting bytes. */
  moved(): void {
    this.#taken += 1;
  }

  /** Pings the client. @returns false if the client gave no sign of life since the last call, and one was due */
  check(): boolean {
    if (this.#pongs < this.#due && this.#taken === this.#takenBefore) return false;
    if (this.#pongs === this.#pings) this.#ping();
    this.#due = this.#pings;
    this.#takenBefore = this.#taken;
    return true;
  }

  #ping(): void {
    if (this.#pings === 0)
      this.#socket.on("pong", (payload) => this.#hear(Number(payload.toString("latin1"))));
    this.#bytesSincePing = 0;
    this.#pings += 1;
    this.#socket.ping(String(this.#pings));
  }

  /** Not every pong is an answer: a client may send one at any time. */
  #hear(pong: number): void {
    if (!(pong > this.#pongs && pong <= this.#pings)) return;
    this.#pongs = pong;
    this.#taken += 1;
  }
}
