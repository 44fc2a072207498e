import { once } from "node:events";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { flushChars } from "../domain/json-pieces.ts";
import { accountOf } from "./connection-account.ts";
import { apiHeaders, sendText } from "./send.ts";

/** The usual memory of an answer beside its piece, in bytes: the chunk of content from which the next pieces are made. */
const chunkBytes = 128 * 1024;

export type JsonStreamOptions = {
  headers?: OutgoingHttpHeaders;
  /** Whether it may be refused while too much waits. By default it is not: a write that was made has its answer. */
  isRefusable?: boolean;
  /** How many bytes the pieces take, if all of them are in memory already. The answer then waits for nothing but its client. */
  gatheredBytes?: number;
};

/**
 * Answers with JSON that is made piece by piece. It is never whole in memory, waits for a client that reads slowly, and
 * lets other requests in between. An answer that fits one flush goes out at once, with its length. While too much waits for
 * slow clients, the next piece is not read.
 *
 * @throws {AppError} SERVICE_UNAVAILABLE for a large answer that may be refused, before any of it is sent, while too much waits
 */
export async function sendJsonStream(
  response: ServerResponse,
  pieces: AsyncIterable<string>,
  { headers = {}, isRefusable = false, gatheredBytes }: JsonStreamOptions = {},
): Promise<void> {
  if (response.headersSent) blank.delete(response);
  const account = accountOf(response.req.socket);
  let heldBytes = gatheredBytes ?? 0;
  account?.reserve(heldBytes);
  let pending = "";
  for await (const piece of pieces) {
    if (pending.length + piece.length < flushChars) {
      pending += piece;
      continue;
    }
    if (!response.headersSent) {
      // It is large, and would hold a piece on top of what waits already.
      if (isRefusable) account?.ledger.assertRoom();
      beginJson(response, headers);
    }
    if (response.req.method === "HEAD") {
      account?.release(heldBytes);
      return void response.end();
    }
    if (gatheredBytes === undefined) {
      heldBytes = chunkBytes + pending.length + piece.length;
      account?.reserve(heldBytes);
    }
    // A large piece is not put together with what waits before it, which would be a copy of both.
    for (const part of [...inParts(pending), ...inParts(piece)]) {
      if (!response.write(part)) await drained(response);
      await nextTurn();
      if (response.destroyed) return;
    }
    pending = "";
    if (gatheredBytes !== undefined) continue;
    // While a client waits for room it holds no bytes: it would be cut for standing still.
    account?.release(heldBytes);
    heldBytes = 0;
    if (account?.ledger.isFull) await account.whenThereIsRoom(chunkBytes, () => Promise.resolve());
    if (response.destroyed) return;
  }
  account?.release(heldBytes);
  if (response.headersSent) response.end(pending);
  else sendText(response, 200, pending, headers);
}

function* inParts(text: string): Generator<string> {
  for (let at = 0; at < text.length;) {
    const last = text.charCodeAt(at + flushChars - 1);
    // A pair of surrogates is one character, and half of one cannot be encoded.
    const end = at + flushChars - (last >= 0xd800 && last < 0xdc00 ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}

const blank = new WeakSet<ServerResponse>();

/** Whether all that was sent of an answer says nothing. */
export function isBlank(response: ServerResponse): boolean {
  return blank.has(response);
}

/** Sends as much of an answer of JSON as says nothing yet. */
export function sendBlank(response: ServerResponse): void {
  if (response.req.method === "HEAD") return;
  if (!response.headersSent) {
    beginJson(response);
    blank.add(response);
  }
  response.write(" ");
}

function beginJson(response: ServerResponse, headers: OutgoingHttpHeaders = {}): void {
  response.writeHead(200, { ...apiHeaders(response.req), "content-type": "application/json", ...headers });
}

/** Resolves when a response takes more, or is closed. */
export async function drained(response: ServerResponse): Promise<void> {
  const stop = new AbortController();
  await Promise.race([
    once(response, "drain", { signal: stop.signal }),
    once(response, "close", { signal: stop.signal }),
  ]).catch(() => undefined);
  stop.abort();
}
