/** The stored form of a log for the next visit, with the position to resume after. */
export type KeptLog<State> = { position: string | undefined; state: State };

/** The name of what is kept under a name, in the storage. */
export function keptName(prefix: string, name: string): string {
  return `${prefix}kept/${name}`;
}
