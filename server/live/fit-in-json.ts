/** The most bytes that a UTF-16 code unit takes as JSON: six, as the escape of a control character. */
const bytesPerUnit = 6;

/** More than the names, quotes and numbers of an item take, in bytes. */
const frameBytes = 200;

/**
 * How many of the items, from the first, are at most so many bytes together as JSON; at least one, whatever it takes.
 * They are encoded only as far as their texts leave it open.
 *
 * @param textsOf all texts of an item, whose length the client decides
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

/** With the comma that stands between two. */
function jsonBytes(item: unknown): number {
  return Buffer.byteLength(JSON.stringify(item)) + 1;
}
