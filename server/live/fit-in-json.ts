/** The most bytes of a UTF-16 code unit in JSON: a control character is escaped with six. */
const bytesPerUnit = 6;

/** An upper bound on the names, quotes and numbers of an item, in bytes. */
const frameBytes = 200;

/**
 * The number of items, from the first, whose JSON together has at most `maxBytes`; at least one, however large. Items
 * are encoded only if the lengths of their texts do not decide the answer.
 *
 * @param textsOf all texts of an item whose length clients decide
 */
export function countFitting<Item>(
  items: readonly Item[],
  maxBytes: number,
  textsOf: (item: Item) => readonly (string | null | undefined)[],
): number {
  const most = items.reduce((bytes, item) => bytes + mostBytes(textsOf(item)), 0);
  if (most <= maxBytes) return items.length;
  let bytes = 0;
  const tooMany = items.findIndex((item) => (bytes += jsonBytes(item)) > maxBytes);
  return tooMany < 0 ? items.length : Math.max(1, tooMany);
}

/** The most bytes that an object of these texts can take as JSON. */
export function mostBytes(texts: readonly (string | null | undefined)[]): number {
  return texts.reduce((bytes, text) => bytes + bytesPerUnit * (text?.length ?? 0), frameBytes);
}

/** The length of an item as JSON, with the comma after it. */
function jsonBytes(item: unknown): number {
  return Buffer.byteLength(JSON.stringify(item)) + 1;
}
