/** As much of a value as a message shows, in characters. */
const longest = 200;

/** A setting's value for a message, quoted: without the user and password of a URL, and without values of secret parameters. */
export function shownValue(text: string): string {
  const masked = text
    .replace(/^([a-z][\w+.-]*:\/*)?.*@/is, "$1***@")
    .replaceAll(/(\w*(?:pass|pwd|secret|token|key|credential)\w*\s*=\s*)[^\s&;]+/gi, "$1***");
  return JSON.stringify(masked.length > longest ? `${masked.slice(0, longest)}…` : masked);
}
