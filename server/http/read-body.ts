import type { IncomingMessage } from "node:http";
import { AppError } from "../domain/app-error.ts";

/** How much of a refused body is read and thrown away, so that the client gets to read why, before the socket is cut. */
const maxDiscardedBytes = 64 * 1024 * 1024;

/** Kept, since making one takes longer than decoding a message with it. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws {AppError} UNSUPPORTED_MEDIA_TYPE unless the body says that it is JSON, uncompressed. */
export function assertJsonBody({ headers }: IncomingMessage): void {
  const mediaType = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") throw new AppError("UNSUPPORTED_MEDIA_TYPE");
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity") {
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body without a Content-Encoding.");
  }
}

/** Whether the request has a body at all, if only an announced one. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** @throws {AppError} PAYLOAD_TOO_LARGE, or BAD_REQUEST if the bytes are not UTF-8 */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError("BAD_REQUEST", "The body is not valid UTF-8.");
  }
}

/** @throws {AppError} BAD_REQUEST, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!hasBody(request)) throw new AppError("BAD_REQUEST", "The body is missing: send a JSON object.");
  assertJsonBody(request);
  return parseJson(await readText(request, maxBytes), "The body");
}

/** @throws {AppError} BAD_REQUEST */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("BAD_REQUEST", `${what} is not valid JSON: ${(error as SyntaxError).message}`);
  }
}

function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  // One without a body has ended before anyone could listen.
  if (request.readableEnded) return Promise.resolve(Buffer.alloc(0));
  return new Promise<Buffer>((resolve, reject) => {
    const refuse = (): void =>
      reject(new AppError("PAYLOAD_TOO_LARGE", `The body is larger than ${maxBytes} bytes.`));
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      refuse();
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      request.removeAllListeners("data").pause();
      refuse();
    });
    request.on("end", () =>
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)),
    );
    // A request that has ended closes too, so the error is made only where it is one: its stack costs more than the rest.
    const refuseHalf = (): void => {
      if (request.readableEnded) return;
      reject(new AppError("BAD_REQUEST", "The request ended in the middle of its body."));
    };
    request.on("error", refuseHalf);
    request.on("close", refuseHalf);
  });
}

/** Reads what is left of a request whose answer did not need it, so that the connection can be used again. */
export function discardBody(request: IncomingMessage): void {
  if (request.readableEnded || request.destroyed) return;
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxDiscardedBytes) request.destroy();
  });
  request.on("error", () => undefined);
  request.resume();
}
