/** One change: the value of a name, or `undefined` to delete it. */
export type StorageChange = readonly [name: string, value: string | undefined];

/**
 * The storage for data that must outlive a page: unsent messages, and the last seen state of the conversations. Names
 * and values are strings, so that React Native's AsyncStorage, a file or a key-value store can hold them.
 *
 * Calls may overlap. Each sees all writes that were started before it. All tabs of a browser share one storage.
 */
export type ChatStorage = {
  /** @returns the value, or undefined if there is none */
  get(name: string): Promise<string | undefined>;
  /** @returns every name that begins with `prefix`, with its value, in the order of the names' UTF-16 code units */
  list(prefix: string): Promise<readonly (readonly [name: string, value: string])[]>;
  /**
   * Makes all changes or none, and resolves when they are stored. Rejects if they cannot be stored, for instance for
   * lack of room.
   */
  write(changes: readonly StorageChange[]): Promise<void>;
};
