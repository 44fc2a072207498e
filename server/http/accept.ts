/**
 * Whether an `Accept` header (RFC 9110, §12.5.1) prefers an event stream: it names `text/event-stream`, with a weight not below
 * that of JSON. A wildcard does not name it.
 */
export function prefersEventStream(accept: string | undefined): boolean {
  return prefers("text/event-stream", accept);
}

/**
 * Whether an `Accept` header prefers a page, as browsers do: it names `text/html`, with a weight not below that of
 * JSON.
 */
export function prefersPage(accept: string | undefined): boolean {
  return prefers("text/html", accept);
}

function prefers(type: string, accept: string | undefined): boolean {
  const weight = weightOf(type, accept);
  return weight > 0 && weight >= weightOf("application/json", accept);
}

/** The weight of a type, from 0 to 1; 0 if the header does not name it. */
function weightOf(type: string, accept = ""): number {
  for (const range of accept.toLowerCase().split(",")) {
    const [name, ...parameters] = range.split(";").map((part) => part.trim());
    if (name !== type) continue;
    const quality = parameters.find((parameter) => /^q\s*=/.test(parameter));
    const weight = quality === undefined ? 1 : Number(quality.slice(quality.indexOf("=") + 1));
    return Number.isNaN(weight) ? 1 : weight;
  }
  return 0;
}
