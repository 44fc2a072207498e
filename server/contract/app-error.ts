import type { ErrorBody } from "./error.ts";
import type { Issue } from "./issue.ts";
import type { ErrorCode } from "./error-codes.ts";
import { errorCodes } from "./error-codes.ts";
import type { ReplyStatus } from "./reply.ts";
import { describeIssues, issuesOf } from "./issues.ts";
import { limits } from "./limits.ts";
import { newSessionIdSchema } from "./session-id.ts";

/** Where a reply stands: its length in UTF-16 code units, and its status. */
export type ReplyStandNow = { length: number; status: NonNullable<ReplyStatus> };

/** An error that is sent to a client. Its message is for the client. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly issues: readonly Issue[] | undefined;
  /** The time after which the client may ask again, if the default of the code does not apply. */
  readonly retryAfterSeconds: number | undefined;
  /** Where the reply stands, of an error that refuses what its writer sent. */
  readonly reply: ReplyStandNow | undefined;

  constructor(
    code: ErrorCode,
    message?: string,
    options: {
      issues?: readonly Issue[];
      cause?: unknown;
      retryAfterSeconds?: number;
      reply?: ReplyStandNow;
    } = {},
  ) {
    super(message ?? errorCodes[code].sentence, { cause: options.cause });
    this.code = code;
    this.issues = options.issues;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.reply = options.reply;
  }

  get httpStatus(): number {
    return errorCodes[this.code].httpStatus;
  }

  /** The error as the body of an answer. */
  toBody(): ErrorBody {
    const { message, code, issues, reply } = this;
    return { message, code, ...(issues && { issues: [...issues] }), ...reply };
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

/** A reply does not take what a writer has sent. */
export function replyConflict(message: string, reply: ReplyStandNow): AppError {
  return new AppError("CONFLICT", message, { reply });
}

/** Another writer holds the reply. */
export function writtenByAnother(reply: ReplyStandNow): AppError {
  return replyConflict(
    "Another writer writes this reply: go on under that writer's name, or open a reply with another key.",
    reply,
  );
}

/** The reply has ended, and takes no text and no other end. */
export function replyHasEnded(reply: ReplyStandNow): AppError {
  return replyConflict(`This reply has ended: it is ${reply.status}.`, reply);
}

/** A piece of text would make the reply too long, and has ended it. */
export function replyTooLong(maxChars: number): AppError {
  return new AppError(
    "PAYLOAD_TOO_LARGE",
    `The reply is longer than ${maxChars} characters: it has ended as failed, with the text so far.`,
  );
}

export function tooManyReplies(limit: number): AppError {
  return new AppError(
    "TOO_MANY_REQUESTS",
    `${limit} replies of this session are streaming already, which is as many as may be: finish or stop one first.`,
  );
}

/** The session has taken as many signals as it may for now. */
export function tooManySignals(retryAfterSeconds: number): AppError {
  return new AppError(
    "TOO_MANY_REQUESTS",
    `A session takes ${limits.signalsPerSecond} signals a second, and fewer if it has more than ${limits.signalReaders} subscribers: wait, and send fewer signals.`,
    { retryAfterSeconds },
  );
}

/** The body must be text, and the headers announce something else. */
export function textBodyExpected(): AppError {
  return new AppError(
    "UNSUPPORTED_MEDIA_TYPE",
    "Send the text as the body, with the header Content-Type: text/plain; charset=utf-8.",
  );
}

export function bodyTooLarge(maxBytes: number): AppError {
  return new AppError("PAYLOAD_TOO_LARGE", `The body is larger than ${maxBytes} bytes.`);
}
