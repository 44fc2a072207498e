import { z } from "zod";
import { replyExamples, streamReplyInputSchema } from "../contract/reply.ts";
import type { DescribedOperation, Json } from "./openapi-transforms.ts";

/** The description of `PUT …/stream` in the OpenAPI document. */
export function replyStreamOperation(): DescribedOperation & Json {
  const { properties = {} } = z.toJSONSchema(streamReplyInputSchema, { io: "input" });
  const parameter = (name: string): Json => {
    const schema = properties[name] as Json;
    const isPath = name === "session_id" || name === "message_id";
    return {
      in: isPath ? "path" : "query",
      name,
      required: isPath,
      description: schema["description"],
      schema,
    };
  };
  const refusals: Record<string, { description: string }> = Object.fromEntries(
    ["400", "404", "409", "413", "415", "500", "503"].map((status) => [status, { description: "" }]),
  );
  return {
    operationId: "streamReply",
    tags: ["messages"],
    summary: "Write a reply as one stream of text",
    description:
      "Each piece of the body is appended as it arrives, and the end of the body finishes the reply. The open connection holds the reply's lease.",
    parameters: ["session_id", "message_id", "offset", "writer"].map(parameter),
    requestBody: {
      required: true,
      content: {
        "text/plain": {
          schema: { type: "string", description: "The text of the reply.", examples: ["Hello"] },
          examples: { request: { value: "Hello" } },
        },
      },
    },
    responses: {
      200: {
        description: "",
        content: {
          "application/json": {
            schema: { $ref: "#/components/schemas/FullMessage" },
            examples: { answer: { value: replyExamples.streamed } },
          },
        },
      },
      ...refusals,
    },
  };
}
