const maxTitleChars = 60;

/** A title for a session that begins with this message. */
export function titleFrom(content: string): string {
  const line = content.trim().split("\n")[0] ?? "";
  if (line.length <= maxTitleChars) return line;
  // Half of a surrogate pair is not a character.
  const beginning = line.slice(0, maxTitleChars - 1).replace(/[\uD800-\uDBFF]$/, "");
  return `${beginning.trimEnd()}…`;
}
