import { z } from "zod";
import { limits } from "./limits.ts";
import { optional } from "./optional.ts";
import { sessionIdSchema } from "./session-id.ts";
import { labelPattern, labelSchema, textPattern, textSchema } from "./text.ts";
import { storedTimestampSchema, timestampSchema } from "./timestamp.ts";

export const senderSchema = z.enum(["user", "assistant"]).meta({
  description: "Who wrote the message.",
  examples: ["user"],
});

/** Its greatest length is the setting `MAX_MESSAGE_CHARS`, which the domain checks. */
export const contentSchema = textSchema
  .min(1, "must not be empty")
  .meta({ description: "The message's text.", examples: ["Hello"], pattern: textPattern });

/** Names a send within its session, so that a repeat has no second effect. */
export const keySchema = labelSchema
  .min(1)
  .max(limits.keyChars)
  .meta({
    description:
      "Names this send within its session: a repeat with the same key answers with the first message, through any door.",
    examples: ["c2f4b7d0-6f0e-4a39-9d0a-0d5a0f1f3c11"],
    pattern: labelPattern,
  });

/** An id below 1 occurs only in a file of the original backend. */
export const messageIdSchema = z.int().meta({
  description: "The message's id: it rises with each message and is never used again.",
  format: "int64",
  examples: [1],
});

/** A new message from a client: the body over REST, and the frame of the plain WebSocket. */
export const newMessageSchema = z.object({
  content: contentSchema,
  sender: senderSchema,
  timestamp: optional(timestampSchema),
});

/** A message as every door shows it. `key` is there only when the send named one. */
export const messageSchema = z
  .object({
    id: messageIdSchema,
    session_id: z.string().meta({ description: "The session it belongs to.", examples: ["123"] }),
    content: z.string().meta({ description: "The message's text.", examples: ["Hello"] }),
    // Not the enum: more senders may come, and a database of the original backend may hold others already.
    sender: z.string().meta({
      description: 'Who wrote the message: "user" or "assistant"; more may come.',
      examples: ["user"],
    }),
    timestamp: storedTimestampSchema,
    key: z
      .string()
      .optional()
      .meta({
        description: "The idempotency key of the send, on messages whose send named one.",
        examples: ["c2f4b7d0-6f0e-4a39-9d0a-0d5a0f1f3c11"],
      }),
  })
  .meta({
    id: "Message",
    description: "A message of a session.",
    examples: [
      {
        id: 1,
        session_id: "123",
        content: "Hello",
        sender: "user",
        timestamp: "2025-11-30T12:00:00.000Z",
      },
    ],
  });

export const addMessageInputSchema = newMessageSchema.extend({
  session_id: sessionIdSchema,
  key: optional(keySchema),
});

export const updateMessageInputSchema = z.object({
  session_id: sessionIdSchema,
  message_id: messageIdSchema,
  content: contentSchema,
});

export const deleteMessageInputSchema = z.object({
  session_id: sessionIdSchema,
  message_id: messageIdSchema,
});

export type Message = z.infer<typeof messageSchema>;
export type AddMessageInput = z.infer<typeof addMessageInputSchema>;
export type UpdateMessageInput = z.infer<typeof updateMessageInputSchema>;
export type DeleteMessageInput = z.infer<typeof deleteMessageInputSchema>;
