import type { IncomingMessage } from "node:http";

/**
 * The position that a client says it has got to, beside what a door's own input says. An `EventSource` sends the header
 * `Last-Event-ID`, with its newest position to the address of the first time; its replacements put a newer address together,
 * with `lastEventId` in the query, in one spelling or another. So the header goes before the query, and both go before
 * `after` or an input. An empty one is none.
 */
export function readResumePosition(
  request: IncomingMessage,
  query: ReadonlyMap<string, string>,
): string | undefined {
  const inHeader = request.headersDistinct["last-event-id"]?.find((position) => position !== "");
  if (inHeader !== undefined) return inHeader;
  // The last one was added last.
  return [...query].findLast(([name, position]) => position !== "" && isLastEventId(name))?.[1];
}

function isLastEventId(name: string): boolean {
  return name.replaceAll(/[-_]/g, "").toLowerCase() === "lasteventid";
}
