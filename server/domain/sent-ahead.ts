const none: readonly number[] = [];

/** The `seq` of each change that a subscriber was sent with its message, before the change log was read that far. */
export class SentAhead {
  #seqs = none;

  get isEmpty(): boolean {
    return this.#seqs.length === 0;
  }

  has(seq: number): boolean {
    return this.#seqs.includes(seq);
  }

  add(seqs: readonly number[]): void {
    if (seqs.length > 0) this.#seqs = [...this.#seqs, ...seqs];
  }

  /** Forgets the numbers up to which the change log was read. */
  forgetUpTo(seq: number): void {
    if (this.#seqs.length > 0) this.#seqs = this.#seqs.filter((sent) => sent > seq);
  }
}
