/** The most characters of a value that a message shows. */
const longest = 200;

/**
 * A setting's value for a message, quoted. The user and password of a URL and the values of secret parameters are
 * masked.
 */
export function shownValue(text: string): string {
  const masked = text
    .replace(/^([a-z][\w+.-]*:\/*)?.*@/is, "$1***@")
    .replaceAll(/(\w*(?:pass|pwd|secret|token|key|credential)\w*\s*=\s*)[^\s&;]+/gi, "$1***");
  return JSON.stringify(masked.length > longest ? `${masked.slice(0, longest)}…` : masked);
}
