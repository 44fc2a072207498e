/**
 * The key of a message whose send had none: `#` and its id. It is made when the message is shown and is never stored,
 * so no send may use such a key.
 */
export function madeKey(id: number): string {
  return `#${id}`;
}

const made = /^#-?[0-9]+$/;

export function isMadeKey(key: string): boolean {
  return key.startsWith("#") && made.test(key);
}

/** The id in a made key. @returns undefined for any other key */
export function idOfMadeKey(key: string): number | undefined {
  const id = isMadeKey(key) ? Number(key.slice(1)) : undefined;
  return Number.isSafeInteger(id) ? id : undefined;
}

const control = String.raw`\x00-\x1f\x7f-\x9f`;
const rest = `[^${control}]*`;

/**
 * The JSON Schema pattern of a key that a send may use. It has no lookahead, which the regular expressions of some
 * languages lack.
 */
export const keyPattern = `^(?:[^#${control}]${rest}|#(?:[^0-9${control}-]${rest}|-?[0-9]+[^0-9${control}]${rest}|-(?:[^0-9${control}]${rest})?)?)$`;
