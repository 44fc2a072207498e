// The methods of ES2023 that copy are missing in engines that React Native still ships.

/** @returns a copy with one more item */
export function insertAt<Item>(items: readonly Item[], at: number, item: Item): Item[] {
  return [...items.slice(0, at), item, ...items.slice(at)];
}

/** @returns a copy with another item */
export function replaceAt<Item>(items: readonly Item[], at: number, item: Item): Item[] {
  return items.map((old, index) => (index === at ? item : old));
}

/** @returns a sorted copy; in the order of UTF-16 code units when nothing compares */
export function sorted<Item>(items: Iterable<Item>, compare?: (a: Item, b: Item) => number): Item[] {
  // oxlint-disable-next-line unicorn/no-array-sort
  return [...items].sort(compare);
}
