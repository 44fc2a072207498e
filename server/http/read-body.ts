import type { IncomingMessage } from "node:http";
import { AppError } from "../domain/app-error.ts";
import { GatheredBytes } from "./gathered-bytes.ts";
import { FairTimer, fairTimeout } from "./fair-timer.ts";
import { accountOf } from "./connection-account.ts";

/** How much of a refused body is read and thrown away, so that the client gets to read why, before the socket is cut. */
const maxDiscardedBytes = 64 * 1024 * 1024;

/** How long a body may take that does not bring {@link leastBytes} in that time: as much as a slow reader is given. */
export const bodyTimeoutMs = 30_000;
const leastBytes = 64 * 1024;

const lengthHint = "Is it whole? Content-Length counts bytes, not characters.";
/** Smaller bodies are not worth counting while they come in. */
const smallBytes = 16 * 1024;

/** Kept, since making one takes longer than decoding a message with it. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws {AppError} BAD_REQUEST where a body is coded in a way that nobody here undoes: where it ends is then a guess. */
export function assertPlainFraming({ headers }: IncomingMessage): void {
  const coding = headers["transfer-encoding"];
  if (coding === undefined || coding.trim().toLowerCase() === "chunked") return;
  throw new AppError(
    "BAD_REQUEST",
    `Send the body as it is or in chunks, without Transfer-Encoding: ${coding}.`,
  );
}

/** Clients that wait for `100 Continue` before they send the body, and how to tell them to. */
const waiting = new WeakMap<IncomingMessage, () => void>();

/** Leaves a client that sends `Expect: 100-continue` waiting until its body is read: one that is refused never sends it. */
export function holdContinue(request: IncomingMessage, send: () => void): void {
  waiting.set(request, send);
}

function sendContinue(request: IncomingMessage): void {
  waiting.get(request)?.();
  waiting.delete(request);
}

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

/** @throws {AppError} PAYLOAD_TOO_LARGE, TIMEOUT, or BAD_REQUEST if the bytes are not UTF-8 */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const bytes = await readBytes(request, maxBytes);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError("BAD_REQUEST", `The body is not valid UTF-8. ${lengthHint}`);
  }
}

/** @throws {AppError} BAD_REQUEST, PAYLOAD_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!hasBody(request)) throw new AppError("BAD_REQUEST", "The body is missing: send a JSON object.");
  assertJsonBody(request);
  return parseBody(await readText(request, maxBytes));
}

/** @throws {AppError} BAD_REQUEST */
export function parseBody(text: string): unknown {
  try {
    return parseJson(text, "The body");
  } catch (error) {
    // Cut where it ends, it may have been announced as shorter than it is.
    if (!isCut(text, error)) throw error;
    throw new AppError("BAD_REQUEST", `${(error as AppError).message}. ${lengthHint}`, { cause: error });
  }
}

function isCut(text: string, error: unknown): boolean {
  const { message } = error as AppError;
  return /Unexpected end|Unterminated/.test(message) || message.includes(`position ${text.length} `);
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
    const account = accountOf(request.socket);
    try {
      if (Number(request.headers["content-length"] ?? 0) > smallBytes) account?.ledger.assertRoom();
    } catch (error) {
      reject(error);
      return;
    }
    const gathered = new GatheredBytes();
    let size = 0;
    let sizeBefore = 0;
    const patience = new FairTimer(() => {
      if (size - sizeBefore < leastBytes) {
        reject(late(request, size));
        return;
      }
      sizeBefore = size;
      patience.start();
    }, bodyTimeoutMs).start();
    if (request.headers.expect !== undefined) sendContinue(request);
    let countedBytes = 0;
    request.on("close", () => account?.release(countedBytes));
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > smallBytes) {
        account?.reserve(size - countedBytes);
        countedBytes = size;
      }
      if (size <= maxBytes) {
        gathered.add(chunk);
        return;
      }
      request.removeAllListeners("data").pause();
      refuse();
    });
    request.on("end", () => {
      patience.cancel();
      resolve(gathered.join());
    });
    // A request that has ended closes too, so the error is made only where it is one: its stack costs more than the rest.
    const refuseHalf = (): void => {
      patience.cancel();
      if (request.readableEnded) return;
      reject(new AppError("BAD_REQUEST", "The request ended in the middle of its body."));
    };
    request.on("error", refuseHalf);
    request.on("close", refuseHalf);
  });
}

function late({ headers }: IncomingMessage, size: number): AppError {
  const length = headers["content-length"];
  const announced = length === undefined ? "" : ` of the ${length} that were announced`;
  const came = `The body took too long to arrive: ${size} bytes${announced} came.`;
  return new AppError("TIMEOUT", `${came} ${lengthHint}`);
}

/** Cuts a connection on which the rest of an answered request does not come to an end. */
export function limitRest(request: IncomingMessage): void {
  const cut = fairTimeout(() => request.socket.destroy(), bodyTimeoutMs);
  request.on("end", () => cut.cancel()).on("close", () => cut.cancel());
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
