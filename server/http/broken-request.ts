import { AppError } from "../contract/app-error.ts";

/** The code of Node's error for a request whose headers did not arrive in time. */
export const lateHeaders = "ERR_HTTP_REQUEST_TIMEOUT";

/** The error for bytes that Node's parser could not read, by the code of the parser's error. */
export function brokenRequest(code: string | undefined): AppError {
  if (code === lateHeaders) return new AppError("TIMEOUT", "The request's headers took too long to arrive.");
  if (code === "HPE_HEADER_OVERFLOW") {
    return new AppError("PAYLOAD_TOO_LARGE", "The request's headers are too large.");
  }
  if (code === "HPE_INVALID_URL") {
    return new AppError("BAD_REQUEST", "The path is not valid: percent-encode whatever is not plain ASCII.");
  }
  if (code === "HPE_INVALID_EOF_STATE") {
    return new AppError("BAD_REQUEST", "The connection was closed in the middle of the request.");
  }
  return new AppError("BAD_REQUEST", "This is not an HTTP request.");
}
