/** A log as it is kept for the next visit, with the position to resume after. */
export type KeptLog<State> = { position: string | undefined; state: State };

/** The name in the storage of what is kept of a log. */
export function keptName(prefix: string, name: string): string {
  return `${prefix}kept/${name}`;
}
