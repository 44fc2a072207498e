/** Bytes that wait for one client or for many, and are counted once. */
export type Piece = { readonly byteLength: number; waits: number };

/** A client, as a budget sees it. */
export type BufferedClient = {
  /** Rises with each byte that the client takes or sends. */
  readonly movedBytes: number;
  /** Whether the operating system has taken all that was written. */
  readonly isClear: boolean;
  /** Ends the connection. */
  cut(): void;
};

/** Where an account is kept. */
export type Ledger = {
  /** Whether large answers are refused, and what can wait does. */
  readonly isFull: boolean;
  /** @throws {AppError} SERVICE_UNAVAILABLE while it is full */
  assertRoom(): void;
  /** Resolves when there is room, with so many bytes reserved, or when the account is closed. */
  admit(account: Account, bytes: number): Promise<void>;
  /** Resolves when no other large answer is being made. @returns what ends that of this one */
  beginLarge(): Promise<() => void>;
  add(account: Account, bytes: number): void;
  subtract(account: Account, bytes: number): void;
  /** The account is closed. */
  forget(account: Account): void;
};

/** What waits in memory for one client. It is closed with the client's connection. */
export class Account {
  readonly ledger: Ledger;
  /** When the client was last seen to take something, by the monotonic clock. */
  movedAtMs = 0;
  #client: BufferedClient;
  #written: Piece[] = [];
  #reservedBytes = 0;
  #pieces = 0;
  #movedBytes = 0;
  #isClosed = false;

  constructor(ledger: Ledger, client: BufferedClient) {
    this.ledger = ledger;
    this.#client = client;
  }

  get isEmpty(): boolean {
    return this.#reservedBytes === 0 && this.#pieces === 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends the connection in another way from now on. */
  cutBy(cut: () => void): void {
    const client = this.#client;
    this.#client = {
      get movedBytes() {
        return client.movedBytes;
      },
      get isClear() {
        return client.isClear;
      },
      cut,
    };
  }

  /** Counts what was written, until the operating system has taken it. */
  hold(piece: Piece): void {
    if (this.#isClosed || this.#client.isClear) return;
    this.#written.push(piece);
    this.add(piece);
  }

  /** Counts a piece until it is removed. */
  add(piece: Piece): void {
    piece.waits += 1;
    this.#pieces += 1;
    this.ledger.add(this, piece.waits === 1 ? piece.byteLength : 0);
  }

  remove(piece: Piece): void {
    piece.waits -= 1;
    this.#pieces -= 1;
    this.ledger.subtract(this, piece.waits === 0 ? piece.byteLength : 0);
  }

  /** Counts bytes until they are released, or the connection is closed. */
  reserve(bytes: number): void {
    if (this.#isClosed) return;
    this.#reservedBytes += bytes;
    this.ledger.add(this, bytes);
  }

  release(bytes: number): void {
    const released = Math.min(bytes, this.#reservedBytes);
    this.#reservedBytes -= released;
    this.ledger.subtract(this, released);
  }

  /** Does work that brings so many bytes, about, when there is room for them. */
  async whenThereIsRoom<Value>(bytes: number, work: () => Promise<Value>): Promise<Value> {
    await this.ledger.admit(this, bytes);
    try {
      return await work();
    } finally {
      this.release(bytes);
    }
  }

  /** Counts no more what the operating system has taken. */
  settle(): void {
    if (this.#written.length > 0 && this.#client.isClear) this.#removeWritten();
  }

  /** How many bytes the client has taken or sent since this was asked last. */
  takeMovedBytes(): number {
    const before = this.#movedBytes;
    this.#movedBytes = this.#client.movedBytes;
    return this.#movedBytes - before;
  }

  cut(): void {
    this.close();
    this.#client.cut();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#removeWritten();
    this.release(this.#reservedBytes);
    this.ledger.forget(this);
  }

  #removeWritten(): void {
    const written = this.#written;
    this.#written = [];
    for (const piece of written) this.remove(piece);
  }
}
