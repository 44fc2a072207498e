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
  /** The parsed body. */
  body: unknown;
};

/**
 * A way to answer requests: returns undefined for a request that another handler must answer. The promise does not keep
 * the request's text and body alive.
 */
export type Handler = (read: ReadRequest) => Promise<void> | undefined;

export type HandlerOptions = {
  perform: Perform;
  router: AppRouter;
  procedures: ReadonlyMap<string, CallableProcedure>;
  /** The most calls in one batch. */
  maxBatchSize: number;
  /** The most bytes of JSON in the answers to one request that are held whole in memory. */
  maxAnswerBytes: number;
  /** The interval of the keep-alives of a silent stream. */
  heartbeatMs: number;
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  report: Report;
};

/** @param weight the number of copies of an answer in memory at the same time */
export function contextOf(
  { perform, maxAnswerBytes }: Pick<HandlerOptions, "perform" | "maxAnswerBytes">,
  { socket }: IncomingMessage,
  weight: number,
): Context {
  const allowance = new AnswerAllowance({ maxBytes: maxAnswerBytes, account: accountOf(socket), weight });
  return { caller: anonymous, perform, allowance, connection: socket };
}
