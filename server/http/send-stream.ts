import { once } from "node:events";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { flushChars } from "../domain/json-pieces.ts";
import { accountOf } from "./connection-account.ts";
import { apiHeaders, sendText } from "./send.ts";

/**
 * The usual memory of an answer besides its current piece, in bytes: the chunk of content from which the next pieces
 * are made.
 */
const chunkBytes = 128 * 1024;

export type JsonStreamOptions = {
  headers?: OutgoingHttpHeaders;
  /**
   * Whether the answer may be refused while the budget is full. By default it may not: a stored write must be answered.
   */
  isRefusable?: boolean;
  /** The size of the pieces, if all of them are already in memory. The answer then waits only for its client. */
  gatheredBytes?: number;
};

/**
 * Answers with JSON that is made piece by piece. It is never whole in memory, waits for a slow client, and lets other
 * requests run in between. An answer that fits one flush is sent at once, with its length. While the budget is full,
 * the next piece is not read.
 *
 * @throws {AppError} SERVICE_UNAVAILABLE for a large refusable answer, before any of it is sent, while the budget is
 *   full
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
      // The answer is large, and would add a piece to the waiting bytes.
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
    // A large piece is not joined to the pending text, which would copy both.
    for (const part of [...inParts(pending), ...inParts(piece)]) {
      if (!response.write(part)) await drained(response);
      await nextTurn();
      if (response.destroyed) return;
    }
    pending = "";
    if (gatheredBytes !== undefined) continue;
    // While a client waits for room it must hold no bytes, or it would be cut as stalled.
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
    // A surrogate pair is one character, and half of it cannot be encoded.
    const end = at + flushChars - (last >= 0xd800 && last < 0xdc00 ? 1 : 0);
    yield text.slice(at, end);
    at = end;
  }
}

const blank = new WeakSet<ServerResponse>();

/** Whether only white space was sent of an answer so far. */
export function isBlank(response: ServerResponse): boolean {
  return blank.has(response);
}

/** Sends white space before a JSON answer. */
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

/** Resolves when a response is writable again, or closed. */
export async function drained(response: ServerResponse): Promise<void> {
  const stop = new AbortController();
  await Promise.race([
    once(response, "drain", { signal: stop.signal }),
    once(response, "close", { signal: stop.signal }),
  ]).catch(() => undefined);
  stop.abort();
}
