/** The most different warnings. Without a limit, requests could cause a new one each time. */
const maxWarnings = 50;

/** Gives each warning once, and a last one when there were too many. */
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
