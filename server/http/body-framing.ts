import type { IncomingMessage } from "node:http";
import { AppError } from "../contract/app-error.ts";

/**
 * Whether the end of the body is uncertain, and thus also the beginning of the next request: a proxy on the way may
 * place it elsewhere. This holds for any transfer coding other than `chunked`, and for any in HTTP/1.0, which defines
 * none (RFC 9112, §6.1).
 */
export function isEndGuessed(request: IncomingMessage): boolean {
  const { headers, httpVersion } = request;
  return headers["transfer-encoding"] !== undefined && (httpVersion === "1.0" || !isPlain(request));
}

function isPlain({ headers }: IncomingMessage): boolean {
  const coding = headers["transfer-encoding"];
  return coding === undefined || coding.trim().toLowerCase() === "chunked";
}

/** @throws {AppError} BAD_REQUEST if the transfer coding is unknown, since the end of the body is then unknown too */
export function assertPlainFraming(request: IncomingMessage): void {
  if (isPlain(request)) return;
  const coding = request.headers["transfer-encoding"];
  throw new AppError(
    "BAD_REQUEST",
    `Send the body as it is or in chunks, without Transfer-Encoding: ${coding}.`,
  );
}
