/**
 * Every error that the product sends, by its name on the wire. It is tRPC's name if tRPC has one.
 *
 * `httpStatus` is the status over REST and over tRPC's HTTP. `sentence` is the default message. The SDK reads this file
 * in browsers, so it imports nothing.
 */
export const errorCodes = {
  BAD_REQUEST: { httpStatus: 400, sentence: "The request is not valid." },
  UNAUTHORIZED: { httpStatus: 401, sentence: "Sign in first." },
  FORBIDDEN: { httpStatus: 403, sentence: "You may not do this." },
  NOT_FOUND: { httpStatus: 404, sentence: "There is nothing here." },
  METHOD_NOT_SUPPORTED: { httpStatus: 405, sentence: "This address does not take that method." },
  TIMEOUT: { httpStatus: 408, sentence: "The request took too long to arrive: send it again." },
  CONFLICT: { httpStatus: 409, sentence: "It exists already." },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, sentence: "The body is larger than this server takes." },
  UNSUPPORTED_MEDIA_TYPE: {
    httpStatus: 415,
    sentence: "Send the body as JSON, with the header Content-Type: application/json.",
  },
  MISDIRECTED_REQUEST: { httpStatus: 421, sentence: "This server does not answer for that host name." },
  UNPROCESSABLE_CONTENT: { httpStatus: 422, sentence: "This key was used before, for other content." },
  UPGRADE_REQUIRED: { httpStatus: 426, sentence: "Only a WebSocket can be opened here." },
  TOO_MANY_REQUESTS: { httpStatus: 429, sentence: "Too many requests: wait before the next." },
  INTERNAL_SERVER_ERROR: { httpStatus: 500, sentence: "The server failed; the failure is in its log." },
  SERVICE_UNAVAILABLE: {
    httpStatus: 503,
    sentence: "The database cannot be used right now: try again, with the same key if there was one.",
  },
} as const;

export type ErrorCode = keyof typeof errorCodes;
