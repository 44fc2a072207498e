/**
 * A point in a change log: after the change `seq`, in the history named `epoch`. `seq` 0 is before the first change.
 */
export type Position = { epoch: string | undefined; seq: number };

/** A position as text. Its characters need no escape in JSON or in an event stream. */
export function formatPosition(epoch: string, seq: number): string {
  return `${epoch}:${seq}`;
}

/** Reads `<epoch>:<seq>` or `<seq>`. @returns undefined for anything else. */
export function parsePosition(text: string): Position | undefined {
  const [, epoch, digits] = /^(?:([0-9a-z]{1,64}):)?(\d{1,15})$/.exec(text) ?? [];
  return digits === undefined ? undefined : { epoch, seq: Number(digits) };
}
