import type { IncomingMessage, ServerResponse } from "node:http";
import type { Health } from "../contract/health.ts";
import { actions } from "../domain/actions.ts";
import type { AnswerInPieces } from "../domain/answers-in-pieces.ts";
import type { Calling } from "../domain/perform.ts";
import { toDocumented } from "../domain/read-messages.ts";
import type { Readiness } from "../domain/readiness.ts";
import { AnswerAllowance } from "../http/answer-allowance.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { readQuery } from "../http/request-target.ts";
import { sendJsonStream } from "../http/send-stream.ts";
import { sendText } from "../http/send.ts";
import type { CallableProcedure, PreparedCall } from "../trpc/fast-path/invoke-procedure.ts";
import { answerLive, answerReady } from "./health-routes.ts";
import type { Route } from "./routes.ts";
import { answerListEvents, answerSessionEvents } from "./events.ts";
import { answerReplyStream, replyStreamRoute } from "./reply-stream.ts";
import { answerResumeChat, answerSendChat, chatRoutes } from "./ui-message-stream.ts";

export type Call = Calling & {
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  readiness: Readiness;
  procedures: ReadonlyMap<string, CallableProcedure>;
  request: IncomingMessage;
  response: ServerResponse;
  target: RequestTarget;
  /** The interval of the keep-alives of a silent stream. */
  heartbeatMs: number;
  /** How long a message of the AI SDK waits for a reply. */
  replyWaitMs: number;
};

type OwnAnswer = (call: Call, input: never, route: Route) => Promise<void>;

/**
 * The answers that the door makes itself, from the domain: answers that may be too large for memory, streams, and
 * health. The route's schema parses their input too.
 */
const ownAnswers: Readonly<Record<string, OwnAnswer>> = {
  "session.list": async (call, input) =>
    sendPieces(call, await call.perform(call.caller, actions.listSessions, asDocumented(input))),
  "session.get": async (call, input) =>
    sendPieces(call, await call.perform(call.caller, actions.getSession, asDocumented(input))),
  "session.update": async (call, input) =>
    sendPieces(call, await call.perform(call.caller, actions.updateWholeSession, input)),
  "message.list": async (call, input) =>
    sendPieces(call, await call.perform(call.caller, actions.listMessages, input)),
  "health.live": answerLive,
  "health.ready": answerReady,
  "session.onEvent": answerSessionEvents,
  "session.onListEvent": answerListEvents,
};

/** The answers of addresses that are not the only one of their operation. */
const routeAnswers = new Map<Route, OwnAnswer>([
  [replyStreamRoute, answerReplyStream],
  [chatRoutes.send, answerSendChat],
  [chatRoutes.resume, answerResumeChat],
]);

function asDocumented<Input extends object>(input: Input): Input & { form: "documented" } {
  return { ...input, form: "documented" };
}

/** Converts the answers of other procedures whose form over REST differs from tRPC's. */
const shownAnswers: Readonly<Record<string, (answer: never) => unknown>> = {
  health: ({ status, name }: Health) => ({ status, name }),
  "message.add": toDocumented,
};

/**
 * Validates the input of a request, and returns the function that answers the request. The function keeps only the
 * fields that the route uses.
 *
 * @throws the errors of the validation; the function rejects with those of the procedure
 */
export function prepareAnswer(call: Call, route: Route, input: unknown): () => Promise<void> {
  const own = routeAnswers.get(route) ?? ownAnswers[route.procedure];
  if (own) return answerOwn(own, call, route, route.input?.parse(input));
  const procedure = call.procedures.get(route.procedure);
  if (!procedure) throw new TypeError(`${route.procedure} is a route and no procedure.`);
  return answerWith(procedure.prepareRead(input), call, route);
}

function answerOwn(own: OwnAnswer, call: Call, route: Route, input: unknown): () => Promise<void> {
  return () => own(call, input as never, route);
}

function answerWith(
  run: PreparedCall,
  { caller, perform, response }: Call,
  route: Route,
): () => Promise<void> {
  return async () => {
    const outcome = await run({ ctx: { caller, perform, allowance: noLargeAnswers } });
    if (!outcome.ok) throw outcome.error;
    if (route.answer === "empty") return sendText(response, 204, undefined);
    const show = shownAnswers[route.procedure];
    return sendText(response, 200, JSON.stringify(show ? show(outcome.data as never) : outcome.data));
  };
}

/** The other answers are small. All that may be large are in {@link ownAnswers}. */
const noLargeAnswers = new AnswerAllowance({ maxBytes: 0, account: undefined });

function sendPieces(
  { request, response, target }: Call,
  { pieces, nextCursor }: AnswerInPieces,
): Promise<void> {
  return sendJsonStream(response, pieces, {
    headers: linkHeader(target, nextCursor),
    isRefusable: request.method === "GET",
  });
}

/**
 * The address of the next page (RFC 8288). It is only a query, relative to the address of this page, because only the
 * client knows the host and the path prefix by which it reached the server.
 */
function linkHeader({ query }: RequestTarget, nextCursor: string | null): { link?: string } {
  if (nextCursor === null) return {};
  const parameters = new URLSearchParams([...readQuery(query)]);
  parameters.set("cursor", nextCursor);
  return { link: `<?${parameters.toString()}>; rel="next"` };
}
