/** Bytes that wait for one or several clients, and are counted once. `waits` is the number of clients. */
export type Piece = { readonly byteLength: number; waits: number };

/** A client of a budget. */
export type BufferedClient = {
  /** The number of bytes that the client has taken and sent. */
  readonly movedBytes: number;
  /** Whether the operating system has taken everything that was written. */
  readonly isClear: boolean;
  /** Ends the connection. */
  cut(): void;
};

/** The budget to which an account belongs. */
export type Ledger = {
  /** Whether large answers are refused, and other work waits if possible. */
  readonly isFull: boolean;
  /** @throws {AppError} SERVICE_UNAVAILABLE while the budget is full */
  assertRoom(): void;
  /** Reserves bytes when there is room for them. Resolves then, or when the account is closed. */
  admit(account: Account, bytes: number): Promise<void>;
  /** Resolves when no other large answer is being made. @returns a function that ends the turn of this answer */
  beginLarge(): Promise<() => void>;
  add(account: Account, bytes: number): void;
  subtract(account: Account, bytes: number): void;
  /** Called when the account is closed. */
  forget(account: Account): void;
};

/** The bytes that wait in memory for one client. The account is closed with the client's connection. */
export class Account {
  readonly ledger: Ledger;
  /** The time at which the client was last seen to take or send bytes, by the monotonic clock. */
  movedAtMs = 0;
  readonly #client: BufferedClient;
  #cut: (() => void) | undefined;
  #written: Piece[] = [];
  #reservedBytes = 0;
  #gatheredBytes = 0;
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

  /**
   * Whether the next step is the server's: the client has taken everything that was sent, and has finished sending what
   * it began. Such a client does not count as stalled, however long the server takes.
   */
  get isServed(): boolean {
    return this.#gatheredBytes === 0 && this.#client.isClear;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Replaces the function by which {@link cut} ends the connection. */
  cutBy(cut: () => void): void {
    this.#cut = cut;
  }

  /** Counts a written piece until the operating system has taken it. */
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

  /** Counts bytes until they are released or the connection is closed. */
  reserve(bytes: number): void {
    // Without waiting bytes the client does not hold memory, and must not count as stalled.
    if (this.#isClosed || bytes === 0) return;
    this.#reservedBytes += bytes;
    this.ledger.add(this, bytes);
  }

  /** Reserves bytes of a message or body that the client has not finished sending. */
  gather(bytes: number): void {
    if (this.#isClosed) return;
    this.#gatheredBytes += bytes;
    this.reserve(bytes);
  }

  /** Marks that many of the gathered bytes as part of something complete. They stay reserved. */
  completeGathered(bytes: number): void {
    this.#gatheredBytes = Math.max(0, this.#gatheredBytes - bytes);
  }

  release(bytes: number): void {
    const released = Math.min(bytes, this.#reservedBytes);
    this.#reservedBytes -= released;
    this.ledger.subtract(this, released);
  }

  /** Does work that needs this many bytes of memory, when there is room for them. */
  async whenThereIsRoom<Value>(bytes: number, work: () => Promise<Value>): Promise<Value> {
    await this.ledger.admit(this, bytes);
    try {
      return await work();
    } finally {
      this.release(bytes);
    }
  }

  /** Stops counting written pieces if the operating system has taken them. */
  settle(): void {
    if (this.#written.length > 0 && this.#client.isClear) this.#removeWritten();
  }

  /** The number of bytes that the client has taken or sent since the last call. */
  takeMovedBytes(): number {
    const before = this.#movedBytes;
    this.#movedBytes = this.#client.movedBytes;
    return this.#movedBytes - before;
  }

  cut(): void {
    this.close();
    if (this.#cut) this.#cut();
    else this.#client.cut();
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
