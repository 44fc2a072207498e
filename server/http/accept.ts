/**
 * Whether an `Accept` header (RFC 9110, §12.5.1) asks for an event stream: by its own name, and no less than for JSON. A
 * wildcard does not ask for it.
 */
export function prefersEventStream(accept: string | undefined): boolean {
  const weight = weightOf("text/event-stream", accept);
  return weight > 0 && weight >= weightOf("application/json", accept);
}

/** From 0, also where the type is not named, to 1. */
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
