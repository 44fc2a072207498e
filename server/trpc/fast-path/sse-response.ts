import type { ServerResponse } from "node:http";
import { getTRPCErrorFromUnknown } from "@trpc/server";
import { parseConnectionParamsFromString } from "@trpc/server/http";
import type { LogEvent, TrackedEvent } from "../../live/change-log.ts";
import { sseEncoding, EventStream } from "../../http/event-stream.ts";
import { readResumePosition } from "../../http/resume-position.ts";
import type { AnswerOptions } from "./json-response.ts";
import { varyHeader } from "./json-response.ts";
import type { Handler, HandlerOptions, ReadRequest } from "../handler.ts";
import { contextOf } from "../handler.ts";
import type { CallableProcedure } from "./invoke-procedure.ts";
import { parseInput, takesJson } from "./parse-json-request.ts";
import { Subscription } from "../subscription.ts";
import { fromTRPCError, toErrorShape } from "../to-error-shape.ts";
import { ssePings } from "../trpc.ts";
import { withLastEventId } from "../with-last-event-id.ts";

/** Answers subscriptions with server-sent events. */
export function createSseHandler(options: HandlerOptions): Handler {
  return (read) => {
    const { request, response } = read;
    const subscription = findSubscription(read, options.procedures);
    if (!subscription) return undefined;
    return answerSubscription(subscription, { ...options, ctx: contextOf(options, request, 1), response });
  };
}

/** A subscription that a client requests over HTTP. */
type SubscriptionRequest = {
  path: string;
  procedure: CallableProcedure;
  /** @throws {TRPCError} BAD_REQUEST */
  readInput: () => unknown;
};

/**
 * The subscription that a GET requests. Undefined for other requests, and for requests that tRPC's own adapter refuses
 * before it begins a stream.
 */
function findSubscription(
  { request, path, query }: ReadRequest,
  procedures: ReadonlyMap<string, CallableProcedure>,
): SubscriptionRequest | undefined {
  const procedure = procedures.get(path);
  if (procedure?.type !== "subscription" || request.method !== "GET" || !takesJson(request)) return undefined;
  if (query.get("batch") === "1" || !hasGoodParams(query.get("connectionParams"))) return undefined;
  const lastEventId = readResumePosition(request, query);
  return {
    path,
    procedure,
    readInput() {
      const input = parseInput(query.get("input"));
      return lastEventId === undefined ? input : withLastEventId(input, lastEventId);
    },
  };
}

/** Whether the connection parameters can be parsed. They are otherwise unused. */
function hasGoodParams(text: string | undefined): boolean {
  try {
    if (text !== undefined) parseConnectionParamsFromString(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Answers with the subscription's events, byte for byte as tRPC's own adapter writes them. The adapter encodes each
 * event again for each subscriber, in a chain of streams that each buffer some of them.
 */
async function answerSubscription(
  { path, procedure, readInput }: SubscriptionRequest,
  {
    ctx,
    response,
    report,
    heartbeatMs,
    stopping,
  }: Omit<AnswerOptions, "request"> & { heartbeatMs: number; stopping: AbortSignal },
): Promise<void> {
  using stream = new EventStream(response, {
    encoding,
    headers: headersOf(response),
    heartbeat: { text: toEvent("ping", ""), intervalMs: heartbeatMs },
    stopping,
  });
  stream.write(toEvent("connected", JSON.stringify(ssePings(heartbeatMs).client)));
  try {
    const outcome = await procedure.call({ ctx, readInput, signal: stream.signal });
    if (!outcome.ok) throw outcome.error;
    if (!(outcome.data instanceof Subscription))
      throw new TypeError("A subscription gave nothing to follow.");
    await outcome.data.pipeTo(stream);
    stream.write(toEvent("return", ""));
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause);
    report(fromTRPCError(error), response.req);
    stream.write(toEvent("serialized-error", JSON.stringify(toErrorShape(error, path, response.req))));
  }
  stream.end();
}

function headersOf(response: ServerResponse): Record<string, string> {
  return {
    connection: "keep-alive",
    vary: varyHeader(response),
  };
}

// The adapter ends an event with two empty lines, where one would be enough.
function toEvent(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n\n`;
}

const encoding = sseEncoding(
  ({ position }: TrackedEvent<LogEvent>, json) => `data: ${json}\nid: ${position}\n\n\n`,
);
