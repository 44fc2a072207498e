/** @returns whether both have the same fields with the same values; values are compared by identity or as JSON */
export function isAlike<Fields extends object>(a: Fields, b: Fields): boolean {
  if (a === b) return true;
  const names = Object.keys(b) as (keyof Fields)[];
  return names.length === Object.keys(a).length && names.every((name) => isSame(a[name], b[name]));
}

function isSame(a: unknown, b: unknown): boolean {
  // A list is a new object whenever an item is.
  if (a === b || typeof b !== "object" || b === null || Array.isArray(b)) return a === b;
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Returns the same item objects, and the same list object, as the time before if they are unchanged. */
export class SameList<Item extends object> {
  readonly #keyOf: (item: Item) => string;
  #last = new Map<string, Item>();
  #list: readonly Item[] = [];

  constructor(keyOf: (item: Item) => string) {
    this.#keyOf = keyOf;
  }

  keep(items: readonly Item[]): readonly Item[] {
    const next = items.map((item) => {
      const last = this.#last.get(this.#keyOf(item));
      return last && isAlike(last, item) ? last : item;
    });
    this.#last = new Map(next.map((item) => [this.#keyOf(item), item]));
    const isUnchanged =
      next.length === this.#list.length && next.every((item, at) => item === this.#list[at]);
    return isUnchanged ? this.#list : (this.#list = next);
  }
}
