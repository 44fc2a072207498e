/** How many bytes are sent between one ping and the next. */
const bytesPerPing = 64 * 1024;

/** The parts of a WebSocket that a {@link KeepAlive} needs. */
export type PingedSocket = {
  ping(payload: string): void;
  on(event: "pong", listener: (payload: Buffer) => void): unknown;
};

/**
 * Whether a client takes what it is sent. Bytes that were handed to the operating system say little: it holds megabytes,
 * and a proxy more. So pings go along with what is sent, and each pong says how far the client has read.
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

  /** Rises with everything that the client is seen to take. */
  get taken(): number {
    return this.#taken;
  }

  /** So many bytes were sent. */
  sent(bytes: number): void {
    this.#bytesSincePing += bytes;
    if (this.#bytesSincePing >= bytesPerPing) this.#ping();
  }

  /** Something that was waiting is out. */
  moved(): void {
    this.#taken += 1;
  }

  /** Asks for a sign of life. @returns false if there was none since this was called last, and one was due. */
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
