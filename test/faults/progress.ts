/** The progress of the writers. Events in the middle of their work wait here for their moment. */
export class Progress {
  readonly #total: number;
  #begun = 0;
  #ended = 0;
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(total: number) {
    this.#total = total;
  }

  /** Begins an operation. @returns false if there is none left */
  begin(): boolean {
    if (this.#begun === this.#total) return false;
    this.#begun += 1;
    this.#rouse();
    return true;
  }

  end(): void {
    this.#ended += 1;
    this.#rouse();
  }

  /** How many operations have ended. */
  get ended(): number {
    return this.#ended;
  }

  /** Begins no more operations, because a writer has given up. */
  stop(): void {
    this.#begun = this.#total;
    this.#rouse();
  }

  /** Whether all operations have begun. */
  get isOver(): boolean {
    return this.#begun === this.#total;
  }

  /** Resolves when this many have ended, or the last has begun: the last one may be waiting for the caller. */
  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve });
      this.#rouse();
    });
  }

  #rouse(): void {
    const isDue = ({ count }: { count: number }): boolean => count <= this.#ended || this.isOver;
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((each) => !isDue(each));
    for (const { resolve } of due) resolve();
  }
}
