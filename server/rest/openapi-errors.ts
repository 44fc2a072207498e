import { z } from "zod";
import type { ErrorBody } from "../contract/error.ts";
import type { ErrorCode } from "../contract/error-codes.ts";
import { errorCodes } from "../contract/error-codes.ts";
import { limits, maxBodyBytes } from "../contract/limits.ts";
import {
  AppError,
  bodyTooLarge,
  keyUsedBefore,
  messageChanged,
  messageNotFound,
  sessionExists,
  sessionNotFound,
  sessionReferredTo,
  textBodyExpected,
  replyHasEnded,
  replyTooLong,
  tooManyReaders,
  tooManyReplies,
  tooManySignals,
  writtenByAnother,
} from "../contract/app-error.ts";
import { toAppError } from "../domain/to-app-error.ts";
import { readQuery } from "../http/request-target.ts";
import type { DescribedOperation } from "./openapi-transforms.ts";
import type { Route } from "./routes.ts";

/** The settings that appear in error sentences. */
export type DescribedLimits = { maxMessageChars: number; maxReadersPerSession: number };

/** An invalid value for each field. The example of a 400 shows the first one that the route has. */
const faults = {
  content: "",
  name: "",
  sender: "",
  created_at: "yesterday",
  title: 5,
  limit: 501,
  wait: 31,
  message_id: 9007199254740992,
  session_id: "\n",
};

/**
 * Describes every error in the common shape. Each example is exactly the answer to the operation's example request with
 * one fault; a test sends these requests.
 */
export function setErrorResponses(
  operation: DescribedOperation,
  route: Route,
  bounds: DescribedLimits,
): void {
  // Every address has a 400, since a query that cannot be decoded is refused everywhere.
  const statuses = new Set(["400", ...Object.keys(operation.responses)]);
  for (const status of statuses) {
    const found = Object.entries(errorCodes).find(([, { httpStatus }]) => httpStatus === Number(status));
    if (!found) continue;
    const code = found[0] as ErrorCode;
    // Not changed in place: the generator shares one object among all operations with the same status.
    operation.responses[status] = {
      description: errorCodes[code].sentence,
      content: {
        "application/json": {
          schema: { $ref: "#/components/schemas/ApiError" },
          examples: { [code]: { value: exampleOf(code, route, bounds) } },
        },
      },
    };
  }
}

const conflicts: Readonly<Record<string, AppError>> = {
  "session.delete": sessionReferredTo("123", "attachment"),
  "message.add": writtenByAnother({ length: 0, status: "streaming" }),
  "message.update": messageChanged(1, 2),
  "message.delete": messageChanged(1, 2),
  "message.append": replyHasEnded({ length: 5, status: "complete" }),
  "message.finish": replyHasEnded({ length: 5, status: "complete" }),
  "message.claim": replyHasEnded({ length: 5, status: "complete" }),
};

/** The refusals with 429 of operations other than following. */
const shortages: Readonly<Record<string, AppError>> = {
  "message.add": tooManyReplies(limits.openReplies),
  "message.claim": tooManyReplies(limits.openReplies),
  "session.signal": tooManySignals(1),
};

/** The message that the example of a route names. */
function subjectOf({ procedure, method }: Route): { id: number } | { key: string } {
  if (method === "PUT") return { key: "reply-2" };
  return ["message.update", "message.delete"].includes(procedure) ? { id: 1 } : { key: "reply-1" };
}

function exampleOf(
  code: ErrorCode,
  route: Route,
  { maxMessageChars, maxReadersPerSession }: DescribedLimits,
): ErrorBody {
  if (code === "BAD_REQUEST") return refusalOf(route);
  const isStream = route.method === "PUT";
  const isOfMessage = route.path.includes("{message_id}");
  const errors: Partial<Record<ErrorCode, AppError>> = {
    NOT_FOUND: isOfMessage ? messageNotFound(subjectOf(route)) : sessionNotFound("123"),
    CONFLICT: conflicts[route.procedure] ?? sessionExists("123"),
    PAYLOAD_TOO_LARGE: bodyTooLarge(maxBodyBytes(maxMessageChars)),
    ...(isStream && {
      CONFLICT: replyHasEnded({ length: 5, status: "failed" }),
      UNSUPPORTED_MEDIA_TYPE: textBodyExpected(),
      PAYLOAD_TOO_LARGE: replyTooLong(maxMessageChars),
    }),
    UNPROCESSABLE_CONTENT: keyUsedBefore(),
    TOO_MANY_REQUESTS: shortages[route.procedure] ?? tooManyReaders(maxReadersPerSession),
  };
  const error = errors[code] ?? new AppError(code);
  return { ...error.toBody(), ...(error.httpStatus >= 500 && { request_id: "7f9c2ba4e88f-1" }) };
}

/** The answer to an input with one fault, by the route's own schema. */
function refusalOf({ input }: Route): ErrorBody {
  try {
    for (const [field, value] of Object.entries(faults)) {
      if (!input || !(field in input.shape)) continue;
      // The schema accepts such an id in a look-up; the session is then not found.
      if (field === "session_id") throw sessionNotFound(value as string);
      z.object({ [field]: input.shape[field] as z.ZodType }).parse({ [field]: value });
    }
    readQuery("%");
  } catch (error) {
    return toAppError(error).toBody();
  }
  throw new Error("This was meant to be refused.");
}
