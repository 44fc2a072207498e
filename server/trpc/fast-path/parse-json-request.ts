import type { IncomingMessage } from "node:http";
import { TRPCError } from "@trpc/server";
import type { ReadRequest } from "../handler.ts";
import type { CallableProcedure } from "./invoke-procedure.ts";

export type JsonCall = { path: string; procedure: CallableProcedure | undefined };

/** The calls of one request, all answered with one JSON text. */
export type JsonCalls = {
  calls: readonly JsonCall[];
  /** Whether the answer is an array, be it of one. */
  isBatch: boolean;
  /** The input of all of them: under their numbers if it is a batch. @throws {TRPCError} BAD_REQUEST */
  readInput: () => unknown;
};

/**
 * The calls of a request that needs no more than JSON: queries and mutations that exist or not, asked for by a client's
 * GET or POST. Undefined is everything else: subscriptions, batches that are streamed line by line, HEAD, and what no client
 * asks for.
 */
export function parseJsonRequest(
  { request, path, query, body }: Pick<ReadRequest, "request" | "path" | "query" | "body">,
  { procedures, maxBatchSize }: { procedures: ReadonlyMap<string, CallableProcedure>; maxBatchSize: number },
): JsonCalls | undefined {
  if (!takesJson(request) || query.has("connectionParams") || path.includes("%")) return undefined;
  const isBatch = query.get("batch") === "1";
  const calls = (isBatch ? path.split(",") : [path]).map((name) => ({
    path: name,
    procedure: procedures.get(name),
  }));
  const types = new Set(calls.flatMap(({ procedure }) => procedure?.type ?? []));
  if (calls.length > maxBatchSize || types.size > 1 || types.has("subscription")) return undefined;
  const readInput = request.method === "POST" ? () => body : once(() => parseInput(query.get("input")));
  return { calls, isBatch, readInput };
}

/** A body's type has been looked at by then. The adapter has its own view of a GET that has one, and of a fragment. */
export function takesJson({ method, headers, url }: IncomingMessage): boolean {
  if (headers["trpc-accept"] !== undefined || headers.accept?.includes("application/jsonl")) return false;
  if (url?.includes("#")) return false;
  const hasType = headers["content-type"] !== undefined;
  return method === "POST" ? hasType : method === "GET" && !hasType;
}

/** Asked by each call of a batch, and only if some call takes an input. */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** @throws {TRPCError} BAD_REQUEST */
export function parseInput(text: string | undefined): unknown {
  if (text === undefined || text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: "BAD_REQUEST", cause });
  }
}
