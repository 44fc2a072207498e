import type { IncomingMessage, ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { ErrorCode } from "../../contract/error-codes.ts";
import { retryHeaders, sendText } from "../../http/send.ts";
import type { JsonParts } from "../../http/whole-json.ts";
import { sendParts } from "../../http/whole-json.ts";
import type { CallableProcedure, PreparedCall } from "./invoke-procedure.ts";
import type { Context } from "../context.ts";
import type { ErrorShape } from "../error-shape.ts";
import { gatherLarge } from "../large-answers.ts";
import type { Handler, HandlerOptions } from "../handler.ts";
import { contextOf } from "../handler.ts";
import type { JsonCalls } from "./parse-json-request.ts";
import { parseJsonRequest } from "./parse-json-request.ts";
import { fromTRPCError, toErrorShape } from "../to-error-shape.ts";
import type { Report } from "../../http/report.ts";

export type AnswerOptions = {
  ctx: Context;
  request: IncomingMessage;
  response: ServerResponse;
  report: Report;
};

/** Answers requests whose calls are all answered in one JSON text. */
export function createJsonHandler(options: HandlerOptions): Handler {
  return (read) => {
    const { request, response } = read;
    const calls = parseJsonRequest(read, options);
    if (!calls) return undefined;
    const ctx = contextOf(options, request, 1);
    return answerCalls(prepareCalls(calls, request), { ctx, request, response, report: options.report });
  };
}

/** Calls with validated inputs. The rest of the request is not kept. */
export type PreparedCalls = {
  calls: readonly { path: string; run: PreparedCall }[];
  isBatch: boolean;
  /** Mutations run together. Queries may have large answers, and run one after the other. */
  areMutations: boolean;
};

function prepareCalls({ calls, isBatch, readInput }: JsonCalls, request: IncomingMessage): PreparedCalls {
  return {
    calls: calls.map(({ path, procedure }, index) => ({
      path,
      run: acceptsMethod(request, procedure)
        ? procedure.prepare(isBatch ? () => partOf(readInput(), index) : readInput)
        : refusal(request, path, procedure),
    })),
    isBatch,
    areMutations: request.method === "POST",
  };
}

/** Answers all calls of a request in one JSON text, as tRPC's own adapter does. */
async function answerCalls(
  { calls, isBatch, areMutations }: PreparedCalls,
  { ctx, request, response, report }: AnswerOptions,
): Promise<void> {
  async function answer(
    { path, run }: PreparedCalls["calls"][number],
    batchIndex: number,
  ): Promise<CallAnswer> {
    const outcome = await gatherLarge(await run({ ctx, batchIndex }), ctx.allowance);
    if (outcome.ok)
      return { envelope: { result: { data: outcome.data } }, code: undefined, large: outcome.large };
    const error = fromTRPCError(outcome.error);
    report(error, request);
    return {
      envelope: { error: toErrorShape(outcome.error, path, request) },
      code: error.code,
      large: undefined,
    };
  }

  const answers: CallAnswer[] = [];
  if (areMutations) answers.push(...(await Promise.all(calls.map(answer))));
  else for (const [index, call] of calls.entries()) answers.push(await answer(call, index));
  const codes = answers.flatMap(({ code }) => code ?? []);
  const headers = {
    vary: varyHeader(response),
    ...retryHeaders(codes),
    ...(codes.includes("METHOD_NOT_SUPPORTED") && { allow: allowedMethod(request) }),
  };
  const status = getHTTPStatusCode(answers.map(({ envelope }) => envelope));
  const parts = isBatch ? ["[", ...answers.flatMap(batchParts), "]"] : answers.flatMap(partsOf);
  if (parts.every((part) => typeof part === "string")) sendText(response, status, parts.join(""), headers);
  else await sendParts(response, status, parts, headers);
  ctx.allowance.release();
}

type CallAnswer = {
  envelope: { result: { data: unknown } } | { error: ErrorShape };
  code: ErrorCode | undefined;
  /** The data of a possibly large answer. */
  large: JsonParts | undefined;
};

function partsOf({ envelope, large }: CallAnswer): JsonParts {
  return large ? ['{"result":{"data":', ...large, "}}"] : [JSON.stringify(envelope)];
}

function batchParts(answer: CallAnswer, index: number): JsonParts {
  return index === 0 ? partsOf(answer) : [",", ...partsOf(answer)];
}

function acceptsMethod(
  { method }: IncomingMessage,
  procedure: CallableProcedure | undefined,
): procedure is CallableProcedure {
  return procedure !== undefined && (method === "POST") === (procedure.type === "mutation");
}

function refusal(
  { method }: IncomingMessage,
  path: string,
  procedure: CallableProcedure | undefined,
): PreparedCall {
  const error = procedure
    ? new TRPCError({
        code: "METHOD_NOT_SUPPORTED",
        message: `Unsupported ${method}-request to ${procedure.type} procedure at path "${path}"`,
      })
    : new TRPCError({ code: "NOT_FOUND", message: `No procedure found on path "${path}"` });
  return () => Promise.resolve({ ok: false, error });
}

/** The input of one call of a batch. */
function partOf(inputs: unknown, index: number): unknown {
  if (inputs === undefined) return undefined;
  if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) {
    throw new TRPCError({
      code: "BAD_REQUEST",
      message: '"input" needs to be an object when doing a batch call',
    });
  }
  return (inputs as Record<number, unknown>)[index];
}

/** The header `Vary` of an answer: the request headers of tRPC, and those that CORS has set. */
export function varyHeader(response: ServerResponse): string {
  const found = response.getHeader("vary");
  return found === undefined ? "trpc-accept, accept" : ["trpc-accept, accept", found].flat().join(", ");
}

/** The allowed method of a procedure, when a request has another method. */
export function allowedMethod({ method }: IncomingMessage): string {
  return method === "POST" ? "GET, HEAD" : "POST";
}
