import type { IncomingMessage, ServerResponse } from "node:http";
import type { Desk } from "../domain/desk.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { readQuery } from "../http/request-target.ts";
import { sendJsonStream } from "../http/send-stream.ts";
import { sendText } from "../http/send.ts";
import type { CallableProcedure } from "../trpc/call-procedure.ts";
import type { Route } from "./routes.ts";
import { answerPoll, answerStream } from "./session-events.ts";
import type { StreamedAnswer } from "./streamed-answers.ts";
import { streamMessages, streamSession, streamSessions } from "./streamed-answers.ts";

export type Call = {
  desk: Desk;
  procedures: ReadonlyMap<string, CallableProcedure>;
  request: IncomingMessage;
  response: ServerResponse;
  target: RequestTarget;
  /** How often a silent stream is given a sign of life. */
  heartbeatMs: number;
};

/**
 * What tRPC has no way to answer: what may be larger than memory should hold, and what goes on. These come from the
 * domain; their input is parsed by the route's own schema all the same.
 */
const ownAnswers: Readonly<Record<string, (call: Call, input: never, route: Route) => Promise<void>>> = {
  "session.list": async (call, input) => sendPieces(call, await streamSessions(call.desk, input)),
  "session.get": async (call, input) => sendPieces(call, await streamSession(call.desk, input)),
  "message.list": async (call, input) => sendPieces(call, await streamMessages(call.desk, input)),
  "session.onEvent": (call, input, route) => (route.streams ? answerStream : answerPoll)(call, input),
};

/** Answers a request whose route is known and whose input has been gathered. @throws what the procedure throws */
export async function answerRoute(call: Call, route: Route, input: unknown): Promise<void> {
  const { desk, procedures, response } = call;
  const own = ownAnswers[route.procedure];
  if (own) return own(call, route.input?.parse(input) as never, route);
  const procedure = procedures.get(route.procedure);
  if (!procedure) throw new TypeError(`${route.procedure} is a route and no procedure.`);
  const outcome = await procedure.call({ ctx: { desk }, readInput: () => input });
  if (!outcome.ok) throw outcome.error;
  if (route.answer === "empty") return sendText(response, 204, undefined);
  return sendText(response, 200, JSON.stringify(outcome.data));
}

function sendPieces({ response, target }: Call, { pieces, nextCursor }: StreamedAnswer): Promise<void> {
  return sendJsonStream(response, pieces, linkHeader(target, nextCursor));
}

/**
 * The address of the next page (RFC 8288). It is a query alone, relative to the address of this page: only the client
 * knows the host and the path prefix by which it reached this server.
 */
function linkHeader({ query }: RequestTarget, nextCursor: string | null): { link?: string } {
  if (nextCursor === null) return {};
  const parameters = new URLSearchParams([...readQuery(query)]);
  parameters.set("cursor", nextCursor);
  return { link: `<?${parameters.toString()}>; rel="next"` };
}
