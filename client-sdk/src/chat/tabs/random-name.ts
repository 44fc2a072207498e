/** A name that no other tab has. `crypto.randomUUID` is absent where a page came by plain HTTP. */
export function randomName(): string {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("");
}
