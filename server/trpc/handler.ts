import type { IncomingMessage, ServerResponse } from "node:http";
import { anonymous } from "../access/caller.ts";
import type { Perform } from "../domain/perform.ts";
import { AnswerAllowance } from "../http/answer-allowance.ts";
import { accountOf } from "../http/connection-account.ts";
import type { Report } from "../http/report.ts";
import type { RequestTarget } from "../http/request-target.ts";
import type { Context } from "./context.ts";
import type { CallableProcedure } from "./fast-path/invoke-procedure.ts";
import type { AppRouter } from "./router.ts";

/** A request over HTTP whose address and body have been read. */
export type ReadRequest = {
  request: IncomingMessage;
  response: ServerResponse;
  target: RequestTarget;
  /** The part of the address after `/trpc/`, percent-decoded. */
  path: string;
  query: ReadonlyMap<string, string>;
  /** The body of a POST as text; undefined if it has none. */
  text: string | undefined;
  /** The value of that body. */
  body: unknown;
};

/**
 * A way to answer requests: undefined where the request is for another handler. The promise does not hold the request's text
 * and body.
 */
export type Handler = (read: ReadRequest) => Promise<void> | undefined;

export type HandlerOptions = {
  perform: Perform;
  router: AppRouter;
  procedures: ReadonlyMap<string, CallableProcedure>;
  /** The most calls in one batch. */
  maxBatchSize: number;
  /** The most bytes of JSON in the answers to one request that are whole in memory. */
  maxAnswerBytes: number;
  /** The interval of the heartbeats of a silent stream. */
  heartbeatMs: number;
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  report: Report;
};

/** @param weight how often an answer is in memory at the same time */
export function contextOf(
  { perform, maxAnswerBytes }: Pick<HandlerOptions, "perform" | "maxAnswerBytes">,
  { socket }: IncomingMessage,
  weight: number,
): Context {
  const allowance = new AnswerAllowance({ maxBytes: maxAnswerBytes, account: accountOf(socket), weight });
  return { caller: anonymous, perform, allowance, connection: socket };
}
