/** A random id of 128 bits as hexadecimal digits. Pages over plain HTTP have no `crypto.randomUUID`. */
export function createRandomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
