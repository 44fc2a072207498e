const none: readonly number[] = [];

/** The positions of a session's log whose changes a reader was sent with their messages, before the log was read so far. */
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

  /** Forgets the positions that the log was read up to. */
  forgetUpTo(seq: number): void {
    if (this.#seqs.length > 0) this.#seqs = this.#seqs.filter((sent) => sent > seq);
  }
}
