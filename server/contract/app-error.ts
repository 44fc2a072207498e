import type { ErrorBody } from "./error.ts";
import type { Issue } from "./issue.ts";
import type { ErrorCode } from "./error-codes.ts";
import { errorCodes } from "./error-codes.ts";
import { describeIssues, issuesOf } from "./issues.ts";
import { newSessionIdSchema } from "./session-id.ts";

/** An error that is sent to a client. Its message is for the client. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly issues: readonly Issue[] | undefined;
  /** The time after which the client may ask again, if the default of the code does not apply. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message?: string,
    options: { issues?: readonly Issue[]; cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message ?? errorCodes[code].sentence, { cause: options.cause });
    this.code = code;
    this.issues = options.issues;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get httpStatus(): number {
    return errorCodes[this.code].httpStatus;
  }

  /** The error as the body of an answer. */
  toBody(): ErrorBody {
    return { message: this.message, code: this.code, ...(this.issues && { issues: [...this.issues] }) };
  }
}

/** A BAD_REQUEST with all faults of the input. */
export function invalidInput(issues: readonly Issue[]): AppError {
  return new AppError("BAD_REQUEST", describeIssues(issues), { issues });
}

/** NOT_FOUND, or BAD_REQUEST with the reason if no session can have that id. */
export function sessionNotFound(id: string): AppError {
  const { error } = newSessionIdSchema.safeParse(id);
  if (error) return invalidInput(issuesOf(error).map((issue) => ({ ...issue, path: ["session_id"] })));
  return new AppError("NOT_FOUND", `There is no session ${JSON.stringify(id)}.`);
}

export function tooManyReaders(limit: number): AppError {
  return new AppError(
    "TOO_MANY_REQUESTS",
    `${limit} readers follow this already, which is as many as this server allows: try again later.`,
  );
}

/** The error of an answer whose session is deleted while the server reads it. */
export class SessionEndedError extends AppError {
  constructor(id: string) {
    super("NOT_FOUND", `The session ${JSON.stringify(id)} was deleted while it was read.`);
  }
}

export function messageNotFound(named: { id: number } | { key: string }): AppError {
  const message = "id" in named ? `message ${named.id}` : `message with the key ${JSON.stringify(named.key)}`;
  return new AppError("NOT_FOUND", `There is no ${message} in this session.`);
}

/** The id of a new session is taken. */
export function sessionExists(id: string): AppError {
  return new AppError("CONFLICT", `There is a session ${JSON.stringify(id)} already: choose another id.`);
}

/** @param table another program's table in the same file */
export function sessionReferredTo(id: string, table: string): AppError {
  return new AppError(
    "CONFLICT",
    `The table ${JSON.stringify(table)} of this database refers to messages of the session ${JSON.stringify(id)}: delete those of its rows first.`,
  );
}

/** The message has changed since the client read it. */
export function messageChanged(ifSeq: number, seq: number): AppError {
  return new AppError(
    "CONFLICT",
    `if_seq: the message's seq is ${seq}, not ${ifSeq}: read it, and decide again.`,
  );
}

/** An earlier send of the session has the same key and other content. */
export function keyUsedBefore(): AppError {
  return new AppError(
    "UNPROCESSABLE_CONTENT",
    "This key was used before in this session, for other content: take a new key for a new message.",
  );
}

export function bodyTooLarge(maxBytes: number): AppError {
  return new AppError("PAYLOAD_TOO_LARGE", `The body is larger than ${maxBytes} bytes.`);
}
