/** Functions that are called when something changed. */
export type Listeners<Args extends unknown[] = []> = {
  readonly add: (listener: (...args: Args) => void) => () => void;
  readonly call: (...args: Args) => void;
};

export function createListeners<Args extends unknown[] = []>(): Listeners<Args> {
  const all = new Set<{ listener: (...args: Args) => void }>();
  return {
    add(listener) {
      // The same function may be added twice.
      const entry = { listener };
      all.add(entry);
      return () => void all.delete(entry);
    },
    call(...args) {
      for (const { listener } of all) listener(...args);
    },
  };
}
