/** A random id of 128 bits as hexadecimal digits. `crypto.randomUUID` is absent on pages that came over plain HTTP. */
export function createRandomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
