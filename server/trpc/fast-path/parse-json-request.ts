import type { IncomingMessage } from "node:http";
import { TRPCError } from "@trpc/server";
import type { ReadRequest } from "../handler.ts";
import type { CallableProcedure } from "./invoke-procedure.ts";

export type JsonCall = { path: string; procedure: CallableProcedure | undefined };

/** The calls of one request, all answered with one JSON text. */
export type JsonCalls = {
  calls: readonly JsonCall[];
  /** Whether the answer is an array, even for a single call. */
  isBatch: boolean;
  /** The input of all calls; in a batch by the number of the call. @throws {TRPCError} BAD_REQUEST */
  readInput: () => unknown;
};

/**
 * The calls of a request that is answered with one JSON text: queries and mutations by GET or POST, also of unknown
 * procedures. Undefined for other requests: subscriptions, batches that are streamed line by line, and HEAD.
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

/**
 * Whether the request accepts JSON. The type of a body was checked before. A GET with a media type, and an address with
 * a fragment, are left to tRPC's adapter.
 */
export function takesJson({ method, headers, url }: IncomingMessage): boolean {
  if (headers["trpc-accept"] !== undefined || headers.accept?.includes("application/jsonl")) return false;
  if (url?.includes("#")) return false;
  const hasType = headers["content-type"] !== undefined;
  return method === "POST" ? hasType : method === "GET" && !hasType;
}

/** Called by each call of a batch, and evaluated only if some call takes an input. */
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
