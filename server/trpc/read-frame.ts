import { TRPCError } from "@trpc/server";
import { jsonEncoder } from "@trpc/server/adapters/ws";
import { parseConnectionParamsFromUnknown } from "@trpc/server/http";
import type { TRPCClientOutgoingMessage } from "@trpc/server/rpc";
import { parseTRPCMessage } from "@trpc/server/rpc";
import { assertShallow } from "../http/json-depth.ts";
import type { RequestName } from "./socket-frames.ts";

const asIs = {
  serialize: (value: unknown): unknown => value,
  deserialize: (value: unknown): unknown => value,
};
/** The contract is JSON, so no transformation is needed. */
const untransformed = { input: asIs, output: asIs };

/** The messages in a frame: one, or several in an array. */
export type FrameContent = { messages: unknown[]; isBatch: boolean };

/** @throws {TRPCError} PARSE_ERROR */
export function readFrame(data: Buffer, isBinary: boolean): FrameContent {
  const value = readJson(data, isBinary);
  return Array.isArray(value) ? { messages: value, isBatch: true } : { messages: [value], isBatch: false };
}

/** Parses the messages of a frame. @throws {TRPCError} PARSE_ERROR if any of them is not a message */
export function readFrameMessages(messages: unknown[]): TRPCClientOutgoingMessage[] {
  try {
    return messages.map((message) => parseTRPCMessage(withoutNulls(message), untransformed));
  } catch (cause) {
    throw new TRPCError({ code: "PARSE_ERROR", cause });
  }
}

/** Removes `null` from optional parts of a message. Here it counts as left out; tRPC would refuse the frame. */
function withoutNulls(message: unknown): unknown {
  if (!isObject(message)) return message;
  const { jsonrpc, params } = message;
  const hasNull = jsonrpc === null || (isObject(params) && params["lastEventId"] === null);
  if (!hasNull) return message;
  return {
    ...message,
    jsonrpc: jsonrpc ?? undefined,
    params: isObject(params) ? { ...params, lastEventId: params["lastEventId"] ?? undefined } : params,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The ids of the calls in a frame that is refused as a whole. */
export function idsOf(messages: unknown[]): RequestName[] {
  return messages.flatMap((message) => {
    if (!isObject(message)) return [];
    const { id, jsonrpc, method } = message;
    const isCall = (typeof id === "number" || typeof id === "string") && method !== "subscription.stop";
    return isCall ? [{ id, jsonrpc: jsonrpc === "2.0" ? jsonrpc : undefined }] : [];
  });
}

/** Checks the connection parameters. They are not used yet. @throws {TRPCError} PARSE_ERROR */
export function readConnectionParams(data: Buffer, isBinary: boolean): void {
  const message = readJson(data, isBinary);
  if (!isObject(message) || Array.isArray(message)) {
    throw new TRPCError({ code: "PARSE_ERROR", message: "Malformed TRPCConnectionParamsMessage" });
  }
  parseConnectionParamsFromUnknown(message["data"]);
}

function readJson(data: Buffer, isBinary: boolean): unknown {
  try {
    if (isBinary) return jsonEncoder.decode(data);
    const text = data.toString();
    assertShallow(text, "The frame");
    return jsonEncoder.decode(text);
  } catch (cause) {
    throw new TRPCError({ code: "PARSE_ERROR", cause });
  }
}
