import { once } from "node:events";
import { WebSocket } from "ws";
import { Collector } from "./readers.ts";

/** A complete answer of tRPC: a result, an error, or a line of a subscription. */
export type Envelope = {
  id?: number | string | null;
  result?: { type?: string; id?: string; data?: unknown };
  error?: {
    message: string;
    code: number;
    data: {
      code: string;
      httpStatus: number;
      path?: string;
      issues?: { path: (string | number)[]; code: string; message: string }[];
    };
  };
};

/** Calls a procedure over HTTP without tRPC's client; a mutation unless `query` is set. */
export async function callTrpc(
  url: string,
  path: string,
  { input, query = false }: { input?: unknown; query?: boolean },
): Promise<{ status: number; headers: Headers; body: Envelope }> {
  const text = JSON.stringify(input);
  const response = query
    ? await fetch(`${url}/trpc/${path}${text === undefined ? "" : `?input=${encodeURIComponent(text)}`}`)
    : await fetch(`${url}/trpc/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        ...(text !== undefined && { body: text }),
      });
  const body = (await response.json()) as Envelope;
  return { status: response.status, headers: response.headers, body };
}

export type TrpcSocket = {
  socket: WebSocket;
  /** All received frames. */
  frames: Collector<Envelope>;
  /** Resolves with the first frame that answers this call. */
  call: (method: "query" | "mutation" | "subscription", path: string, input?: unknown) => Promise<Envelope>;
};

/** tRPC's WebSocket without its client, so that a test can send anything. */
export async function openTrpcSocket(wsUrl: string): Promise<TrpcSocket> {
  const socket = new WebSocket(`${wsUrl}/trpc`);
  const frames = new Collector<Envelope>();
  socket.on("message", (data: Buffer) => frames.add(JSON.parse(data.toString()) as Envelope));
  await once(socket, "open");
  let lastId = 0;
  return {
    socket,
    frames,
    async call(method, path, input) {
      lastId += 1;
      const id = lastId;
      socket.send(JSON.stringify({ id, method, params: { path, input } }));
      const items = await frames.until((all) => all.some((frame) => frame.id === id));
      const frame = items.find((each) => each.id === id);
      if (!frame) throw new Error("unreachable");
      return frame;
    },
  };
}
