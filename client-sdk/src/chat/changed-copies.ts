// Engines that React Native still ships lack the copying array methods of ES2023.

/** @returns a copy with one more item */
export function insertAt<Item>(items: readonly Item[], at: number, item: Item): Item[] {
  return [...items.slice(0, at), item, ...items.slice(at)];
}

/** @returns a copy with another item */
export function replaceAt<Item>(items: readonly Item[], at: number, item: Item): Item[] {
  return items.map((old, index) => (index === at ? item : old));
}

/** @returns a sorted copy; without `compare` in the order of UTF-16 code units */
export function sorted<Item>(items: Iterable<Item>, compare?: (a: Item, b: Item) => number): Item[] {
  // oxlint-disable-next-line unicorn/no-array-sort
  return [...items].sort(compare);
}
