import { z } from "zod";
import { sessionEventsInputSchema } from "../contract/session-events.ts";
import type { Json, Operation } from "./openapi-passes.ts";

/** How the OpenAPI document describes following a session: by hand, since it is not a procedure with a path. */
export function sessionEventsOperation(): Operation & Json {
  const { properties = {} } = z.toJSONSchema(sessionEventsInputSchema, { io: "input" });
  const parameter = (place: string, name: string, field = name): Json => {
    const schema = properties[field] as Json;
    return { in: place, name, required: place === "path", description: schema["description"], schema };
  };
  const errors = ["400", "404", "500", "503"].map((status) => [status, { description: "" }] as const);
  return {
    operationId: "pollEvents",
    summary: "Follow what happens in a session",
    description:
      "Answers at once if anything happened after the position, else waits. With `Accept: text/event-stream` it streams the same events for as long as the client listens: `id` is the position, `data` the event, and a client that comes back with `Last-Event-ID` misses nothing.",
    tags: ["sessions"],
    parameters: [
      parameter("path", "session_id"),
      parameter("query", "after"),
      parameter("query", "wait"),
      parameter("header", "Last-Event-ID", "after"),
    ],
    responses: {
      200: {
        description: "What happened, and the position to go on after",
        content: {
          "application/json": { schema: { $ref: "#/components/schemas/SessionEvents" } },
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
      },
      ...Object.fromEntries(errors),
    },
  };
}
