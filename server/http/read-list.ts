/** Reads each part of a comma list. @returns undefined if any part is invalid */
export function readList<Value>(
  text: string,
  read: (part: string) => Value | undefined,
): Value[] | undefined {
  const values = text.split(",").map((part) => read(part.trim()));
  return values.every((value) => value !== undefined) ? values : undefined;
}
