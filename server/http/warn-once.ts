/** How many different things are warned of: each may come from outside, and with every request another. */
const maxWarnings = 50;

/** Warns of each thing once, and says when it stops. */
export function createWarnOnce(
  warn: (details: Record<string, string>, sentence: string) => void,
): (details: Record<string, string>, sentence: string) => void {
  const seen = new Set<string>();
  return (details, sentence) => {
    if (seen.size > maxWarnings || seen.has(sentence)) return;
    seen.add(sentence);
    if (seen.size > maxWarnings)
      warn({}, `More than ${maxWarnings} hosts and origins were refused: others are no longer named.`);
    else warn(details, sentence);
  };
}
