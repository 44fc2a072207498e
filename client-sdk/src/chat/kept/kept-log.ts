/** The stored form of a log for the next visit, with the position to resume after. */
export type KeptLog<State> = { position: string | undefined; state: State };

/** The name under which the log of a session is kept. */
export function sessionName(id: string): string {
  return `session/${id}`;
}

/**
 * The name under which the chosen branches of a session are kept: apart from its log, since every tab that follows the
 * session stores the log.
 */
export function choicesName(id: string): string {
  // Quoted, so that no name is the beginning of another one.
  return `chosen/${JSON.stringify(id)}`;
}

/** The name of what is kept under a name, in the storage. */
export function keptName(prefix: string, name: string): string {
  return `${prefix}kept/${name}`;
}
