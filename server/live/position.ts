/** A place in a session's log: after the change `seq`, in the history named `epoch`. 0 is before the first change. */
export type Position = { epoch: string | undefined; seq: number };

/** A position as text. It has nothing that JSON or an event stream would write in another way. */
export function formatPosition(epoch: string, seq: number): string {
  return `${epoch}:${seq}`;
}

/** Reads `<epoch>:<seq>` or `<seq>`. @returns undefined for anything else. */
export function parsePosition(text: string): Position | undefined {
  const [, epoch, digits] = /^(?:([0-9a-z]{1,64}):)?(\d{1,15})$/.exec(text) ?? [];
  return digits === undefined ? undefined : { epoch, seq: Number(digits) };
}
