/**
 * A value of a text column as text. SQLite keeps bytes as bytes in any column, and another program may have stored
 * some.
 */
export function textValue(value: unknown): string {
  if (typeof value === "string") return value;
  return Buffer.isBuffer(value) ? value.toString() : String(value);
}
