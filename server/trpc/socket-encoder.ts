import type { Encoder } from "@trpc/server/adapters/ws";
import { jsonEncoder } from "@trpc/server/adapters/ws";
import { toJson } from "../domain/event-json.ts";

/**
 * JSON, as the adapter's own encoder makes it to the byte. A live event is encoded once, however many subscriptions it
 * goes to: all that is theirs is the envelope.
 */
export const socketEncoder: Encoder = {
  encode(value) {
    const { id, jsonrpc, result } = value as Envelope;
    if (result?.type !== "data" || result.id === undefined) return jsonEncoder.encode(value);
    const { data } = result.data as { data: object };
    const envelope = JSON.stringify({ id, jsonrpc }).slice(0, -1);
    const position = JSON.stringify(result.id);
    const body = `{"id":${position},"data":${toJson(data)}}`;
    return `${envelope},"result":{"type":"data","data":${body},"id":${position}}}`;
  },
  decode: (data) => jsonEncoder.decode(data),
};

type Envelope = {
  id: number | string | null;
  jsonrpc?: "2.0";
  result?: { type: string; id?: string; data?: unknown };
};
