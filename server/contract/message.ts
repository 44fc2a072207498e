import { z } from "zod";
import { limits } from "./limits.ts";
import { extraFields, extraInputFields, replyFields, statusFields, writerSchema } from "./message-extras.ts";
import { optional } from "./optional.ts";
import { sessionIdSchema } from "./session-id.ts";
import { keyPattern, madeKeyForm } from "./message-key.ts";
import { labelSchema, textPattern, textSchema } from "./text.ts";
import { storedTimestampSchema, timestampSchema } from "./timestamp.ts";

export const senderSchema = z.enum(["user", "assistant"]).meta({
  description: "Who wrote the message.",
  examples: ["user"],
});

/** The fault of a content without a character. */
export const emptyContent = { path: ["content"], code: "too_small", message: "must not be empty" };

/** The setting `MAX_MESSAGE_CHARS` limits its length; the domain checks that. */
export const contentSchema = textSchema
  .min(1, emptyContent.message)
  .meta({ description: "The message's text.", examples: ["Hello"], pattern: textPattern });

/** Names a send within its session, so that a repeat has no second effect. */
export const keySchema = labelSchema
  .min(1)
  .max(limits.keyChars)
  .refine(
    (key) => !madeKeyForm.test(key),
    "must not be # and a number: such a key names the message of that id",
  )
  .meta({
    description:
      "Names this send within its session: a repeat with the same key answers with the first message, through any door.",
    examples: ["c2f4b7d0-6f0e-4a39-9d0a-0d5a0f1f3c11"],
    pattern: keyPattern,
  });

/** An id below 1 occurs only in a file of the original backend. */
export const messageIdSchema = z.int().meta({
  description: "The message's id: it rises with each message and is never reused.",
  format: "int64",
  examples: [1],
});

/** A new message from a client: the body over REST, and the frame of the plain WebSocket. */
export const newMessageSchema = z.object({
  content: contentSchema,
  sender: senderSchema,
  timestamp: optional(timestampSchema),
  ...extraInputFields,
});

/** The key in a look-up. */
const keyToFindSchema = textSchema.max(limits.lookupChars);

const notARef = "must be the id of a message, or key: and the key of one";

/** Names one message of a session: by its id, or by `key:` and its key. */
export const messageRefSchema = z
  .union(
    [
      messageIdSchema,
      keyToFindSchema
        .regex(/^key:/, { error: notARef, abort: true })
        .meta({ description: "`key:` and the message's key." }),
    ],
    { error: notARef },
  )
  .meta({ description: "The message's id, or `key:` and its key.", examples: [1, "key:#1"] });

/** The `seq` of a message: the number of its last change. */
const messageSeqSchema = z.int().meta({
  description:
    "The number of the message's last change: of two forms of a message the one with the higher `seq` is the later.",
  format: "int64",
  examples: [7],
});

const documentedFields = {
  id: messageIdSchema,
  session_id: z.string().meta({ description: "The session of the message.", examples: ["123"] }),
  content: z.string().meta({ description: "The message's text.", examples: ["Hello"] }),
  // Not the enum: more senders may be added, and a database of the original backend may hold others.
  sender: z.string().meta({
    description: 'Who wrote the message: "user" or "assistant"; more may come.',
    examples: ["user"],
  }),
  timestamp: storedTimestampSchema,
};

export const documentedMessageExample = {
  id: 1,
  session_id: "123",
  content: "Hello",
  sender: "user",
  timestamp: "2025-11-30T12:00:00.000Z",
};

export const messageExample = { ...documentedMessageExample, key: "#1", seq: 1 };

/** A message in the answers of the documented REST paths. `key` is present only if the send had one. */
export const documentedMessageSchema = z
  .object({
    ...documentedFields,
    key: z
      .string()
      .optional()
      .meta({
        description: "The idempotency key of the send, if the send had one.",
        examples: ["c2f4b7d0-6f0e-4a39-9d0a-0d5a0f1f3c11"],
      }),
    ...statusFields,
    ...extraFields,
  })
  .meta({ id: "Message", description: "A message of a session.", examples: [documentedMessageExample] });

/** A message over tRPC, in live events and in the answers of all other REST paths. */
export const messageSchema = z
  .object({
    ...documentedFields,
    key: z.string().meta({
      description: "The key of the send, or `#` and the message's id. It never changes.",
      examples: ["#1"],
    }),
    seq: messageSeqSchema,
    ...statusFields,
    ...extraFields,
    ...replyFields,
  })
  .meta({
    id: "FullMessage",
    description: "A message of a session, with its key and the `seq` of its last change.",
    examples: [messageExample],
  });

/** A new message, or with a `status` a reply that is written in pieces or asked for. */
export const addMessageInputSchema = newMessageSchema.extend({
  session_id: sessionIdSchema,
  content: textSchema.meta({
    description: "The message's text. With a `status` it may be empty too, which this schema cannot say.",
    examples: ["Hello"],
    pattern: textPattern,
    minLength: 1,
  }),
  key: optional(keySchema),
  status: optional(
    z.enum(["streaming", "requested"]).meta({
      description:
        "`streaming` opens a reply, whose text is appended in pieces. `requested` asks for a reply, which a writer claims.",
    }),
  ),
  writer: optional(writerSchema),
});

/** Names the message of an input: by `message_id`, or else by `key`. */
export const messageNameFields = {
  session_id: sessionIdSchema,
  // The pipe is the outermost schema: trpc-to-openapi accepts no other kind of optional field in a path.
  message_id: messageRefSchema.nullish().transform((ref) => ref ?? undefined),
  key: optional(keyToFindSchema.meta({ description: "The message's key, in place of `message_id`." })),
};

const ifSeqSchema = messageSeqSchema.min(0).meta({
  description:
    "The `seq` of the message as the client knows it: the answer is 409 if the message has changed since.",
  format: "int64",
  examples: [1],
});

export const updateMessageInputSchema = z.object({
  ...messageNameFields,
  content: contentSchema,
  if_seq: optional(ifSeqSchema),
});

export const deleteMessageInputSchema = z.object({ ...messageNameFields, if_seq: optional(ifSeqSchema) });

export type DocumentedMessage = z.infer<typeof documentedMessageSchema>;
export type Message = z.infer<typeof messageSchema>;
/** The part of an input that names a message. */
export type MessageName = Pick<UpdateMessageInput, "session_id" | "message_id" | "key">;
export type AddMessageInput = z.infer<typeof addMessageInputSchema>;
export type UpdateMessageInput = z.infer<typeof updateMessageInputSchema>;
export type DeleteMessageInput = z.infer<typeof deleteMessageInputSchema>;
