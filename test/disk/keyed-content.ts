import { Random } from "../support/random.ts";

/**
 * The content of the message with this key; each determines the other. It has a few bytes to seventy thousand: small
 * contents share pages of the database, large ones take many.
 */
export function contentOf(key: string): string {
  const seed = Array.from(key).reduce((sum, character) => Math.imul(sum, 31) + character.charCodeAt(0), 7);
  const random = new Random(seed);
  const part = `${key} ${random.fraction().toString(36)}`;
  return part.repeat(1 + random.below(random.fraction() < 0.3 ? 5 : 3000));
}
