import { z } from "zod";
import { listEventsInputSchema, sessionEventsInputSchema } from "../contract/polled-events.ts";
import type { Json, DescribedOperation } from "./openapi-transforms.ts";

/** A change log that can be followed over REST, as the document describes it. */
type DescribedLog = {
  /** The owner of the log, as it ends a summary: `a session`. */
  place: string;
  operationIds: { poll: string; stream: string };
  input: z.ZodObject;
  /** The schemas of a poll's answer and of an event. */
  answerName: string;
  eventName: string;
  example: object;
  /** The statuses of its errors. */
  errors: string[];
};

const session: DescribedLog = {
  place: "a session",
  operationIds: { poll: "pollEvents", stream: "streamEvents" },
  input: sessionEventsInputSchema,
  answerName: "SessionEvents",
  eventName: "LiveEvent",
  example: { type: "message_deleted", seq: 7, prev: 6, message_id: 1, key: "#1" },
  errors: ["400", "404", "429", "500", "503"],
};

const list: DescribedLog = {
  place: "the list of sessions",
  operationIds: { poll: "pollListEvents", stream: "streamListEvents" },
  input: listEventsInputSchema,
  answerName: "ListEvents",
  eventName: "ListEvent",
  example: { type: "session_deleted", seq: 7, prev: 6, session_id: "123" },
  errors: ["400", "500", "503"],
};

/**
 * The descriptions of polls and streams in the OpenAPI document, by route. These routes are not procedures with a path.
 */
export function eventsOperations(): Record<
  "poll" | "stream" | "pollList" | "streamList",
  DescribedOperation & Json
> {
  return {
    poll: pollOperation(session),
    stream: streamOperation(session),
    pollList: pollOperation(list),
    streamList: streamOperation(list),
  };
}

function pollOperation(log: DescribedLog): DescribedOperation & Json {
  return {
    ...describe(log, "poll"),
    summary: `Wait for what happens in ${log.place}`,
    description:
      "Answers at once if there are events after the position, else waits. With `Accept: text/event-stream` the same address streams, as `…/events/stream` always does.",
    ...answers(log, {
      description: "The events, and the position to resume after",
      content: { "application/json": { schema: { $ref: `#/components/schemas/${log.answerName}` } } },
    }),
  };
}

/** A separate operation, so that each operation has one media type. */
function streamOperation(log: DescribedLog): DescribedOperation & Json {
  const example = `id: 9f86d081884c7d65:7\ndata: ${JSON.stringify(log.example)}\n\n`;
  return {
    ...describe(log, "stream"),
    summary: `Stream what happens in ${log.place}`,
    description:
      "Streams events for as long as the client listens: `id` is the position, `data` the event. A client that reconnects with `Last-Event-ID` misses nothing.",
    ...answers(log, {
      description: "Server-sent events",
      content: {
        "text/event-stream": {
          schema: {
            type: "string",
            description: `Server-sent events, with a \`${log.eventName}\` in each \`data\`.`,
            examples: [example],
          },
        },
      },
    }),
  };
}

function describe(
  { operationIds, input }: DescribedLog,
  kind: "poll" | "stream",
): Json & Pick<DescribedOperation, "parameters"> {
  const { properties = {} } = z.toJSONSchema(input, { io: "input" });
  const parameter = (place: string, name: string, field = name): Json => {
    const schema = properties[field] as Json;
    return { in: place, name, required: place === "path", description: schema["description"], schema };
  };
  const fields = Object.keys(properties).filter((field) => kind === "poll" || field !== "wait");
  const named = fields.map((field) => parameter(field === "session_id" ? "path" : "query", field));
  return {
    operationId: operationIds[kind],
    tags: ["sessions"],
    parameters: [...named, parameter("header", "Last-Event-ID", "after")],
  };
}

function answers(
  { errors }: DescribedLog,
  success: DescribedOperation["responses"][string],
): Pick<DescribedOperation, "responses"> {
  const refusals = errors.map((status) => [status, { description: "" }] as const);
  return { responses: { 200: success, ...Object.fromEntries(refusals) } };
}
