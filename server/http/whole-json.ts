import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { AnswerAllowance } from "./answer-allowance.ts";
import { drained } from "./send-stream.ts";
import { apiHeaders } from "./send.ts";

/** Parts of a JSON text that is whole in memory: large ones as bytes, so that they are no larger there than on the wire. */
export type JsonParts = readonly (string | Buffer)[];

/** How much is made bytes, and is handed to the operating system, at a time. */
const partBytes = 64 * 1024;

/** Gathers JSON that is made in pieces, as far as the allowance reaches. @throws {AppError} PAYLOAD_TOO_LARGE and others */
export async function gatherJson(
  pieces: AsyncIterable<string>,
  allowance: AnswerAllowance,
  advice: string,
): Promise<JsonParts> {
  const allowed = allowance.withAdvice(advice);
  const parts: (string | Buffer)[] = [];
  let small = "";
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      const size = Buffer.byteLength(piece);
      bytes += size;
      allowed.take(size);
      small += piece;
      if (small.length < partBytes) continue;
      parts.push(Buffer.from(small));
      small = "";
    }
  } catch (error) {
    allowance.giveBack(bytes);
    throw error;
  }
  parts.push(small);
  return parts;
}

export function byteLengthOf(parts: JsonParts): number {
  let bytes = 0;
  for (const part of parts) bytes += typeof part === "string" ? Buffer.byteLength(part) : part.length;
  return bytes;
}

/** Answers with JSON in parts, as the client takes it. */
export async function sendParts(
  response: ServerResponse,
  status: number,
  parts: JsonParts,
  headers: OutgoingHttpHeaders,
): Promise<void> {
  const type = { "content-type": "application/json", "content-length": byteLengthOf(parts) };
  response.writeHead(status, { ...apiHeaders(response.req), ...type, ...headers });
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part;
    for (let at = 0; at < bytes.length && !response.destroyed; at += partBytes) {
      if (!response.write(bytes.subarray(at, at + partBytes))) await drained(response);
    }
  }
  response.end();
}
