/** A chunk below this size, in bytes, is copied into a block with others. */
const smallBytes = 1024;
const blockBytes = 16 * 1024;

/**
 * Gathers the chunks of a body. Small chunks are copied together: a client may send a chunk for each byte, and each
 * chunk is an object that keeps the whole block alive that was read from the connection.
 */
export class GatheredBytes {
  readonly #pieces: Buffer[] = [];
  #size = 0;
  #block: Buffer | undefined;
  #blockUsed = 0;

  /** The number of bytes. */
  get size(): number {
    return this.#size;
  }

  /** The number of pieces in memory. */
  get pieceCount(): number {
    return this.#pieces.length + (this.#block ? 1 : 0);
  }

  add(chunk: Buffer): void {
    // Most bodies arrive in one chunk, which is not copied.
    const isFirst = this.#size === 0;
    this.#size += chunk.length;
    if (isFirst || chunk.length >= smallBytes) {
      this.#closeBlock();
      this.#pieces.push(chunk);
      return;
    }
    if (this.#block && this.#blockUsed + chunk.length > blockBytes) this.#closeBlock();
    this.#block ??= Buffer.allocUnsafeSlow(blockBytes);
    this.#blockUsed += chunk.copy(this.#block, this.#blockUsed);
  }

  /** All bytes as one buffer. */
  join(): Buffer {
    this.#closeBlock();
    const [first] = this.#pieces;
    return first && this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces, this.#size);
  }

  #closeBlock(): void {
    if (!this.#block) return;
    this.#pieces.push(this.#block.subarray(0, this.#blockUsed));
    this.#block = undefined;
    this.#blockUsed = 0;
  }
}
