import { setImmediate as nextTurn } from "node:timers/promises";

/** A text of this size, in bytes, takes half a millisecond to parse at the worst. */
const smallBytes = 16 * 1024;

let last = Promise.resolve();

/**
 * Waits until a text that came from a client may be parsed: one larger text in a turn of the event loop. The parser cannot be
 * interrupted, and a text of the largest size takes it some ten milliseconds.
 *
 * @returns undefined if the text is small, and may be parsed at once
 */
export function parsingTurn(bytes: number): Promise<void> | undefined {
  if (bytes <= smallBytes) return undefined;
  last = last.then(() => nextTurn());
  return last;
}
