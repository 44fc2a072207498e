import type { IncomingMessage } from "node:http";
import { issuesOf } from "../contract/issues.ts";
import { positionSchema } from "../contract/position.ts";
import { invalidInput } from "../contract/app-error.ts";

/**
 * The position that a client resumes after, from the header or the query. An `EventSource` reconnects to its first
 * address, and sends its newest position in the header `Last-Event-ID`. Its replacements build a new address, with
 * `lastEventId` in the query, in several spellings. So the header takes precedence over the query, and both take
 * precedence over `after` or an input. An empty value counts as absent.
 */
export function readResumePosition(
  request: IncomingMessage,
  query: ReadonlyMap<string, string>,
): string | undefined {
  const inHeader = request.headersDistinct["last-event-id"]?.find((position) => position !== "");
  if (inHeader !== undefined) return inHeader;
  // A client that reconnects appends its newest position.
  return [...query].findLast(([name, position]) => position !== "" && isLastEventId(name))?.[1];
}

/**
 * The position from the header or the query, or else `after`.
 *
 * @throws {AppError} BAD_REQUEST if it is longer than a position
 */
export function readPosition(
  request: IncomingMessage,
  query: ReadonlyMap<string, string>,
  after: string | undefined,
): string | undefined {
  const resumed = readResumePosition(request, query);
  const position = resumed ?? after;
  const { error } = positionSchema.optional().safeParse(position);
  if (!error) return position;
  const path = [resumed === undefined ? "after" : "lastEventId"];
  throw invalidInput(issuesOf(error).map((issue) => ({ ...issue, path })));
}

function isLastEventId(name: string): boolean {
  return name.replaceAll(/[-_]/g, "").toLowerCase() === "lasteventid";
}
