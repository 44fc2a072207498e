import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";

/** A text of this size, in bytes, takes at most half a millisecond to parse. */
const smallBytes = 16 * 1024;

let last = Promise.resolve();

/**
 * Waits until a text from a client may be parsed. At most one larger text is parsed in a turn of the event loop,
 * followed by a pause of the same duration. The parser cannot be interrupted, and a text of the largest size takes it
 * some ten milliseconds.
 *
 * @returns undefined if the text is small, and may be parsed at once
 */
export function parsingTurn(bytes: number): Promise<void> | undefined {
  if (bytes <= smallBytes) return undefined;
  const turn = last.then(() => nextTurn());
  last = turn.then(leaveTimeToOthers);
  return turn;
}

/** Called when a turn begins. */
async function leaveTimeToOthers(): Promise<void> {
  const beganMs = performance.now();
  await nextTurn();
  await setTimeout(performance.now() - beganMs);
}
