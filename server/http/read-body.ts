import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { bodyTooLarge, AppError } from "../contract/app-error.ts";
import { GatheredBytes } from "./gathered-bytes.ts";
import { FairTimer, fairTimeout } from "./fair-timer.ts";
import { accountOf } from "./connection-account.ts";
import { assertShallow } from "./json-depth.ts";
import { parsingTurn } from "./parsing-turns.ts";

/**
 * The most bytes of a refused body that are read and discarded before the socket is cut, so that the client can read
 * the refusal.
 */
const maxDiscardedBytes = 64 * 1024 * 1024;

/**
 * The time in which a body must bring {@link leastBytes}, in milliseconds. A client that reads slowly has the same
 * time.
 */
export const bodyTimeoutMs = 30_000;
const leastBytes = 64 * 1024;

const lengthHint = "Is it whole? Content-Length counts bytes, not characters.";
/** A body of at most this size, in bytes, is not counted while it arrives. */
const smallBytes = 16 * 1024;

/** One decoder for all bodies: creating one takes longer than decoding a message. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The requests that wait for `100 Continue`, each with the function that sends it. */
const waiting = new WeakMap<IncomingMessage, () => void>();

/** Delays `100 Continue` until the body is read. A client that is refused before that never sends its body. */
export function holdContinue(request: IncomingMessage, send: () => void): void {
  waiting.set(request, send);
}

/** Asks a client that waits for it to send the body. */
export function sendContinue(request: IncomingMessage): void {
  waiting.get(request)?.();
  waiting.delete(request);
}

/** @throws {AppError} UNSUPPORTED_MEDIA_TYPE unless the headers announce uncompressed JSON */
export function assertJsonBody({ headers }: IncomingMessage): void {
  const mediaType = headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") throw new AppError("UNSUPPORTED_MEDIA_TYPE");
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity") {
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", "Send the body without a Content-Encoding.");
  }
}

/** Whether the headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/**
 * Reads a body whose text is about to be parsed, and waits for the turn of the parser.
 *
 * @throws {AppError} PAYLOAD_TOO_LARGE, SERVICE_UNAVAILABLE, TIMEOUT, or BAD_REQUEST if the bytes are not UTF-8
 */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const gathered = await gatherBytes(request, maxBytes);
  const turn = parsingTurn(gathered.size);
  if (turn) await turn;
  try {
    // Decoded only now, in its turn, so that there is one copy of each waiting body.
    return utf8.decode(gathered.join());
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
    // A fault at the end of the text may come from a Content-Length that is too short.
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
  assertShallow(text, what);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("BAD_REQUEST", `${what} is not valid JSON: ${(error as SyntaxError).message}`);
  }
}

/** @throws {AppError} as {@link readText} does, synchronously or as a rejection */
function gatherBytes(request: IncomingMessage, maxBytes: number): Promise<GatheredBytes> {
  const gathered = new GatheredBytes();
  // A request without a body may have ended before a listener could be added.
  if (request.readableEnded) return Promise.resolve(gathered);
  const announcedBytes = Number(request.headers["content-length"] ?? 0);
  if (announcedBytes > maxBytes) throw bodyTooLarge(maxBytes);
  const account = accountOf(request.socket);
  if (announcedBytes > smallBytes) account?.ledger.assertRoom();
  return new Promise<GatheredBytes>((resolve, reject) => {
    let size = 0;
    let sizeBefore = 0;
    const deadline = new FairTimer(() => {
      if (size - sizeBefore < leastBytes) {
        reject(late(request, size));
        return;
      }
      sizeBefore = size;
      deadline.start();
    }, bodyTimeoutMs).start();
    if (request.headers.expect !== undefined) sendContinue(request);
    let countedBytes = 0;
    let partialBytes = 0;
    // A small body is not counted.
    const complete = (): void => {
      if (partialBytes > 0) account?.completeGathered(partialBytes);
      partialBytes = 0;
    };
    request.on("close", () => {
      complete();
      if (countedBytes > 0) account?.release(countedBytes);
    });
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > smallBytes) {
        account?.gather(size - countedBytes);
        countedBytes = size;
        partialBytes = size;
      }
      if (size <= maxBytes) {
        gathered.add(chunk);
        return;
      }
      request.removeAllListeners("data").pause();
      reject(bodyTooLarge(maxBytes));
    });
    request.on("end", () => {
      deadline.cancel();
      complete();
      resolve(gathered);
    });
    // Every request closes. The error is created only for an unfinished one: its stack costs more than everything else
    // here.
    const refuseHalf = (): void => {
      if (request.readableEnded) return;
      deadline.cancel();
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

/** Cuts a connection if the rest of an answered request does not arrive in time. */
export function limitRest(request: IncomingMessage, socket: Socket): void {
  const cut = fairTimeout(() => socket.destroy(), bodyTimeoutMs);
  request.on("end", () => cut.cancel()).on("close", () => cut.cancel());
}

/** Reads the rest of a request that was answered before its end, so that the connection can be reused. */
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
