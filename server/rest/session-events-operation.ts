import { z } from "zod";
import { sessionEventsInputSchema } from "../contract/session-events.ts";
import type { Json, Operation } from "./openapi-passes.ts";

/** The description of a poll in the OpenAPI document. It is written by hand: a poll is not a procedure with a path. */
export function pollOperation(): Operation & Json {
  return {
    ...describe("pollEvents", ["session_id", "after", "wait"]),
    summary: "Wait for what happens in a session",
    description:
      "Answers at once if anything happened after the position, else waits. With `Accept: text/event-stream` the same address streams, as `…/events/stream` always does.",
    ...answers({
      description: "What happened, and the position to go on after",
      content: { "application/json": { schema: { $ref: "#/components/schemas/SessionEvents" } } },
    }),
  };
}

/** The description of the stream. It is an operation of its own, so that each operation has one media type. */
export function streamOperation(): Operation & Json {
  return {
    ...describe("streamEvents", ["session_id", "after"]),
    summary: "Stream what happens in a session",
    description:
      "Streams events for as long as the client listens: `id` is the position, `data` the event. A client that comes back with `Last-Event-ID` misses nothing.",
    ...answers({
      description: "Server-sent events",
      content: {
        "text/event-stream": {
          schema: {
            type: "string",
            description: "Server-sent events, with a `LiveEvent` in each `data`.",
            examples: [
              'id: 9f86d081884c7d65:7\ndata: {"type":"message_deleted","seq":7,"prev":6,"message_id":1}\n\n',
            ],
          },
        },
      },
    }),
  };
}

function describe(operationId: string, fields: string[]): Json & Pick<Operation, "parameters"> {
  const { properties = {} } = z.toJSONSchema(sessionEventsInputSchema, { io: "input" });
  const parameter = (place: string, name: string, field = name): Json => {
    const schema = properties[field] as Json;
    return { in: place, name, required: place === "path", description: schema["description"], schema };
  };
  const named = fields.map((field) => parameter(field === "session_id" ? "path" : "query", field));
  return {
    operationId,
    tags: ["sessions"],
    parameters: [...named, parameter("header", "Last-Event-ID", "after")],
  };
}

function answers(success: Operation["responses"][string]): Pick<Operation, "responses"> {
  const errors = ["400", "404", "429", "500", "503"].map((status) => [status, { description: "" }] as const);
  return { responses: { 200: success, ...Object.fromEntries(errors) } };
}
