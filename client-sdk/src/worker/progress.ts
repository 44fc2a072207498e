/** An event of the list that concerns a session. */
type Noted = { readonly position: string; readonly sessionId: string; isSettled: boolean };

/**
 * How far a log was followed: the position of the last event before the first one whose session still needs work. A
 * program that starts again there misses nothing.
 */
export class Progress {
  readonly #onMove: (position: string) => void;
  #noted: Noted[] = [];

  constructor(onMove: (position: string) => void) {
    this.#onMove = onMove;
  }

  note(position: string, sessionId: string): void {
    this.#noted.push({ position, sessionId, isSettled: false });
  }

  /** The log has no event that needs work up to this position. */
  pass(position: string): void {
    if (this.#noted.length === 0) this.#onMove(position);
  }

  /** @returns a function to call when everything that is noted of the session up to now is done */
  begin(sessionId: string): () => void {
    const own = this.#noted.filter((noted) => noted.sessionId === sessionId);
    return () => {
      for (const noted of own) noted.isSettled = true;
      this.#move();
    };
  }

  /** Forgets everything: the log began again. */
  clear(): void {
    this.#noted = [];
  }

  #move(): void {
    const first = this.#noted.findIndex(({ isSettled }) => !isSettled);
    const done = this.#noted.splice(0, first < 0 ? this.#noted.length : first);
    const last = done.at(-1);
    if (last) this.#onMove(last.position);
  }
}
