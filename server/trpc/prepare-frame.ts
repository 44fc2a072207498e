import { TRPCError } from "@trpc/server";
import type { TRPCClientOutgoingMessage } from "@trpc/server/rpc";
import { limits } from "../contract/limits.ts";
import type { CallableProcedure, PreparedCall } from "./fast-path/invoke-procedure.ts";
import { maxBatchSize } from "./http-calls.ts";
import { idsOf, readFrame, readFrameMessages } from "./read-frame.ts";
import type { RequestName } from "./socket-frames.ts";
import { withLastEventId } from "./with-last-event-id.ts";

/** One call in a frame, with its validated input, or the reason for its refusal. */
export type SocketCall =
  | { method: "refused"; name: RequestName; cause: unknown }
  | { method: "subscription.stop"; id: number | string }
  | SocketProcedureCall;

export type SocketProcedureCall = {
  method: "query" | "mutation" | "subscription";
  name: RequestName & { id: number | string };
  batchIndex: number;
  path: string;
  run: PreparedCall;
};

const unnamed: RequestName = { id: null };

/** The most characters of a path in the errors of its call, since a client may send a path of any length. */
const maxShownPathChars = 255;

/** Validates all calls in a frame. The calls keep only the fields that their procedures use. */
export function prepareFrame(
  data: Buffer,
  isBinary: boolean,
  procedures: ReadonlyMap<string, CallableProcedure>,
): SocketCall[] {
  try {
    const { messages, isBatch } = readFrame(data, isBinary);
    if (isBatch && messages.length > maxBatchSize) return refuseAll(idsOf(messages));
    return readFrameMessages(messages).map((message, index) => prepareCall(message, index, procedures));
  } catch (cause) {
    return [{ method: "refused", name: unnamed, cause }];
  }
}

function refuseAll(requests: RequestName[]): SocketCall[] {
  const cause = new TRPCError({ code: "BAD_REQUEST", message: "Batch call exceeds maximum size" });
  return (requests.length > 0 ? requests : [unnamed]).map((name) => ({ method: "refused", name, cause }));
}

function prepareCall(
  message: TRPCClientOutgoingMessage,
  batchIndex: number,
  procedures: ReadonlyMap<string, CallableProcedure>,
): SocketCall {
  const { id, jsonrpc, method } = message;
  if (id === null) return refuse({ id, jsonrpc }, "`id` is required");
  if (typeof id === "string" && id.length > limits.requestIdChars) {
    return refuse({ id: null, jsonrpc }, `\`id\` must have at most ${limits.requestIdChars} characters`);
  }
  if (method === "subscription.stop") return { method, id };
  const { path, input, lastEventId } = message.params;
  const procedure = procedures.get(path);
  const shownPath = path.slice(0, maxShownPathChars);
  return {
    method,
    name: { id, jsonrpc },
    batchIndex,
    path: shownPath,
    run:
      procedure?.type === method
        ? procedure.prepare(() => (lastEventId === undefined ? input : withLastEventId(input, lastEventId)))
        : missing(method, shownPath),
  };
}

function refuse(name: RequestName, message: string): SocketCall {
  return { method: "refused", name, cause: new TRPCError({ code: "PARSE_ERROR", message }) };
}

function missing(type: string, path: string): PreparedCall {
  const error = new TRPCError({ code: "NOT_FOUND", message: `No "${type}"-procedure on path "${path}"` });
  return () => Promise.resolve({ ok: false, error });
}
