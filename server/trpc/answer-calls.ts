import type { IncomingMessage, ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { getHTTPStatusCode } from "@trpc/server/http";
import type { AppError } from "../domain/app-error.ts";
import { retryHeaders, sendText } from "../http/send.ts";
import type { CallableProcedure, Outcome } from "./call-procedure.ts";
import type { Context } from "./context.ts";
import type { PlainCalls } from "./plain-calls.ts";
import { fromTRPCError, toErrorShape } from "./to-error-shape.ts";

export type AnswerOptions = {
  ctx: Context;
  request: IncomingMessage;
  response: ServerResponse;
  /** Told of each error that is answered. */
  report: (error: AppError) => void;
};

/** Answers all calls of a request in one JSON text, in the words of tRPC's own adapter. */
export async function answerCalls(
  { calls, isBatch, readInput }: PlainCalls,
  { ctx, request, response, report }: AnswerOptions,
): Promise<void> {
  const outcomes = await Promise.all(
    calls.map(async ({ path, procedure }, index): Promise<Outcome> => {
      const outcome = takes(request, procedure)
        ? await procedure.call({
            ctx,
            batchIndex: index,
            readInput: isBatch ? () => partOf(readInput(), index) : readInput,
          })
        : refusal(request, path, procedure);
      if (!outcome.ok) report(fromTRPCError(outcome.error));
      return outcome;
    }),
  );
  const answers = outcomes.map((outcome, index) =>
    outcome.ok
      ? { result: { data: outcome.data } }
      : { error: toErrorShape(outcome.error, calls[index]?.path) },
  );
  sendText(response, getHTTPStatusCode(answers), JSON.stringify(isBatch ? answers : answers[0]), {
    vary: varyOf(response),
    ...retryHeaders(outcomes.flatMap((outcome) => (outcome.ok ? [] : [fromTRPCError(outcome.error).code]))),
    ...(outcomes.some(isWrongMethod) && { allow: otherMethod(request) }),
  });
}

function takes(
  { method }: IncomingMessage,
  procedure: CallableProcedure | undefined,
): procedure is CallableProcedure {
  return procedure !== undefined && (method === "POST") === (procedure.type === "mutation");
}

function refusal(
  { method }: IncomingMessage,
  path: string,
  procedure: CallableProcedure | undefined,
): Outcome {
  const error = procedure
    ? new TRPCError({
        code: "METHOD_NOT_SUPPORTED",
        message: `Unsupported ${method}-request to ${procedure.type} procedure at path "${path}"`,
      })
    : new TRPCError({ code: "NOT_FOUND", message: `No procedure found on path "${path}"` });
  return { ok: false, error };
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

function isWrongMethod(outcome: Outcome): boolean {
  return !outcome.ok && outcome.error.code === "METHOD_NOT_SUPPORTED";
}

/** What an answer of tRPC depends on, and what CORS has found that it depends on. */
export function varyOf(response: ServerResponse): string {
  const found = response.getHeader("vary");
  return found === undefined ? "trpc-accept, accept" : ["trpc-accept, accept", found].flat().join(", ");
}

/** A procedure that does not take the one takes the other. */
export function otherMethod({ method }: IncomingMessage): string {
  return method === "POST" ? "GET, HEAD" : "POST";
}
