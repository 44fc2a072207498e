import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { AnswerShare } from "../domain/answer-share.ts";
import { drained } from "./send-stream.ts";
import { apiHeaders } from "./send.ts";

/** Parts of a JSON text that is whole in memory. Large parts are bytes, which take as much memory as on the wire. */
export type JsonParts = readonly (string | Buffer)[];

/** The size from which a part becomes bytes, and the most that is passed to the operating system at a time. */
const partBytes = 64 * 1024;

/** Gathers JSON from its pieces, within the share. @throws {AppError} PAYLOAD_TOO_LARGE and others */
export async function gatherJson(pieces: AsyncIterable<string>, share: AnswerShare): Promise<JsonParts> {
  const parts: (string | Buffer)[] = [];
  let small = "";
  try {
    for await (const piece of pieces) {
      await share.take(Buffer.byteLength(piece));
      if (small.length + piece.length < partBytes) {
        small += piece;
        continue;
      }
      // A large text is not joined to the text before it: joining would copy both.
      parts.push(Buffer.from(small), Buffer.from(piece));
      small = "";
    }
  } catch (error) {
    share.refused();
    throw error;
  }
  share.done();
  parts.push(small);
  return parts;
}

export function byteLengthOf(parts: JsonParts): number {
  let bytes = 0;
  for (const part of parts) bytes += typeof part === "string" ? Buffer.byteLength(part) : part.length;
  return bytes;
}

/** Answers with JSON in parts, no faster than the client takes it. */
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
