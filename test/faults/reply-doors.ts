import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request as openRequest } from "node:http";
import { json } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import type { TRPCClient } from "@trpc/client";
import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import type { Message } from "../../server/contract/message.ts";
import type { AppRouter } from "../../server/trpc/router.ts";
import type { Address } from "../doors/live-door.ts";
import type { ReplyAnswer, ReplyHistory, ReplyRequest } from "./reply-history.ts";
import { openTrpcClient } from "./write-doors.ts";

/** One way to write replies, on its own connections. It never throws: an unclear outcome is `unknown`. */
export type ReplyDoor = {
  name: string;
  takes: (request: ReplyRequest) => boolean;
  ask(reply: ReplyHistory, request: ReplyRequest): Promise<ReplyAnswer>;
  close(): void;
};

type Refusal = { code?: string; length?: number; status?: string };

const unknown: ReplyAnswer = { outcome: "unknown" };

function refused({ code, length, status }: Refusal): ReplyAnswer {
  // A 503 means that the outcome is unknown too.
  if (code === undefined || code === "SERVICE_UNAVAILABLE") return unknown;
  return { outcome: "refused", code, length, status };
}

export function openReplyDoors(server: Address): ReplyDoor[] {
  const { client, close } = openTrpcClient(server);
  return [...httpReplyDoors(server), trpcDoor("tRPC over WebSocket", client, close)];
}

/** The doors without a lasting connection, so that nothing must be closed. */
export function httpReplyDoors({ url }: Pick<Address, "url">): ReplyDoor[] {
  const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
  return [rest(url), streamOverRest(url), trpcDoor("tRPC over HTTP", client, () => undefined)];
}

function messagesOf(url: string, session: string): string {
  return `${url}/api/sessions/${session}/messages`;
}

function addressOf(url: string, { session, key }: ReplyHistory, verb: string): string {
  return `${messagesOf(url, session)}/${encodeURIComponent(`key:${key}`)}/${verb}`;
}

function rest(url: string): ReplyDoor {
  return {
    name: "REST",
    takes: ({ type }) => type !== "stream",
    async ask(reply, request) {
      const { session, key } = reply;
      const isOpening = request.type === "open";
      const address = isOpening ? messagesOf(url, session) : addressOf(url, reply, request.type);
      try {
        const response = await fetch(address, {
          method: "POST",
          headers: { "content-type": "application/json", ...(isOpening && { "idempotency-key": key }) },
          body: JSON.stringify(bodyOf(reply, request)),
        });
        return toAnswer(response.ok, await response.json(), request);
      } catch {
        return unknown;
      }
    },
    close: () => undefined,
  };
}

const opening = { content: "", sender: "assistant", status: "streaming" } as const;

type Append = Extract<ReplyRequest, { type: "append" }>;

function pieceOf(reply: ReplyHistory, { offset, text, chunks, writer = reply.writer }: Append) {
  return { writer, offset, text, ...(chunks && { chunks, chunk_offset: chunks[0] ?? 0 }) };
}

function endOf({ writer }: ReplyHistory, { content }: Extract<ReplyRequest, { type: "finish" }>) {
  return { writer, ...(content !== undefined && { content }) };
}

function bodyOf(reply: ReplyHistory, request: ReplyRequest): object {
  if (request.type === "open") return { ...opening, writer: reply.writer };
  if (request.type === "append") return pieceOf(reply, request);
  return request.type === "finish" ? endOf(reply, request) : {};
}

function toAnswer(isDone: boolean, body: unknown, { type }: ReplyRequest): ReplyAnswer {
  if (!isDone) return refused(body as Refusal);
  if (type !== "append") return { outcome: "done", message: body as Message };
  const { length, seq } = body as { length: number; seq: number };
  return { outcome: "done", length, seq };
}

/** The text as the body of one request, which comes in parts. */
function streamOverRest(url: string): ReplyDoor {
  return {
    name: "REST's stream of text",
    takes: ({ type }) => type === "stream",
    async ask(reply, request) {
      if (request.type !== "stream") throw new Error(`Not by this door: ${request.type}`);
      const query = `?offset=${request.offset}&writer=${encodeURIComponent(reply.writer)}`;
      const sent = openRequest(addressOf(url, reply, "stream") + query, {
        method: "PUT",
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
      const answered = once(sent, "response") as Promise<[IncomingMessage]>;
      const answer = answered
        .then(async ([response]) => toAnswer(response.statusCode === 200, await json(response), request))
        .catch(() => unknown);
      void answer.finally(() => sent.destroy());
      const bytes = Buffer.from(request.text);
      // A part may end within a character.
      for (let at = 0; at < bytes.length && !sent.destroyed; at += 40) {
        sent.write(bytes.subarray(at, at + 40));
        await wait(1);
      }
      if (request.breaksOff) sent.destroy();
      else sent.end();
      return answer;
    },
    close: () => undefined,
  };
}

function trpcDoor(name: string, client: TRPCClient<AppRouter>, close: () => void): ReplyDoor {
  return {
    name,
    takes: ({ type }) => type !== "stream",
    async ask(reply, request) {
      try {
        return await call(client, reply, request);
      } catch (error) {
        if (!(error instanceof TRPCClientError)) return unknown;
        return refused((error as TRPCClientError<AppRouter>).data ?? {});
      }
    },
    close,
  };
}

async function call(
  { message }: TRPCClient<AppRouter>,
  reply: ReplyHistory,
  request: ReplyRequest,
): Promise<ReplyAnswer> {
  const { session: session_id, key, writer } = reply;
  const named = { session_id, key };
  switch (request.type) {
    case "open":
      return { outcome: "done", message: await message.add.mutate({ ...named, ...opening, writer }) };
    case "append":
      return {
        outcome: "done",
        ...(await message.append.mutate({ ...named, ...pieceOf(reply, request) })),
      };
    case "finish":
      return {
        outcome: "done",
        message: await message.finish.mutate({ ...named, ...endOf(reply, request) }),
      };
    case "stop":
      return { outcome: "done", message: await message.stop.mutate(named) };
    case "stream":
      break;
  }
  throw new Error(`Not by this door: ${request.type}`);
}
