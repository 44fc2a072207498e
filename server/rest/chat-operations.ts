import { z } from "zod";
import { resumeChatInputSchema, sendChatInputSchema } from "../contract/ui-chat.ts";
import type { DescribedOperation, Json } from "./openapi-transforms.ts";

const example = `data: ${JSON.stringify({ type: "text-delta", id: "text", delta: "Hello" })}\n\n`;

/** The descriptions of the AI SDK's addresses in the OpenAPI document. */
export function chatOperations(): Record<"send" | "resume", DescribedOperation & Json> {
  const { properties = {} } = z.toJSONSchema(resumeChatInputSchema, { io: "input" });
  const schema = properties["session_id"] as Json;
  return {
    send: {
      operationId: "streamChat",
      tags: ["messages"],
      summary: "Send a message of the AI SDK, and stream the reply",
      description:
        "For `DefaultChatTransport` of the AI SDK. Stores the last message under its id, creates the session if there is none, and streams the reply of an assistant. A client that disconnects ends the stream and not the reply.",
      requestBody: {
        required: true,
        content: { "application/json": { schema: bodySchema() } },
      },
      responses: { 200: chunks(), ...refusals("400", "413", "415", "422", "429", "500", "503") },
    },
    resume: {
      operationId: "streamChatReply",
      tags: ["messages"],
      summary: "Stream the reply under way from its beginning",
      description: "For `resume` of the AI SDK.",
      parameters: [
        { in: "path", name: "session_id", required: true, description: schema["description"], schema },
      ],
      responses: {
        200: chunks(),
        204: { description: "No reply is under way." },
        ...refusals("400", "429", "500", "503"),
      },
    },
  };
}

function bodySchema(): Json {
  const { $schema: _, ...schema } = z.toJSONSchema(sendChatInputSchema, {
    io: "input",
    // A schema is open without it.
    override: ({ jsonSchema }) => void delete jsonSchema.additionalProperties,
  });
  return schema;
}

function chunks(): DescribedOperation["responses"][string] {
  return {
    description: "A UI message stream of the AI SDK",
    headers: {
      "x-vercel-ai-ui-message-stream": {
        description: "The version of the stream.",
        schema: { type: "string", examples: ["v1"] },
      },
    },
    content: {
      "text/event-stream": {
        schema: {
          type: "string",
          description: "Server-sent events, with a `UIMessageChunk` in each `data`, and `[DONE]` at the end.",
          examples: [example],
        },
      },
    },
  };
}

function refusals(...statuses: string[]): Record<string, { description: string }> {
  return Object.fromEntries(statuses.map((status) => [status, { description: "" }]));
}
