import { z } from "zod";
import { limits } from "./limits.ts";
import {
  documentedMessageExample,
  documentedMessageSchema,
  messageExample,
  messageSchema,
} from "./message.ts";
import { optional } from "./optional.ts";
import { newSessionIdSchema, sessionIdSchema } from "./session-id.ts";
import { textPattern, textSchema } from "./text.ts";
import { storedTimestampSchema, timestampSchema } from "./timestamp.ts";

export const titleSchema = textSchema.max(limits.titleChars).meta({
  description: `The session's title, ${limits.titleChars} characters at most.`,
  examples: ["New chat"],
  pattern: textPattern,
});

export const sessionFields = {
  id: z.string().meta({ description: "The session's id.", examples: ["123"] }),
  title: z.string().meta({ description: "The session's title.", examples: ["New chat"] }),
  created_at: storedTimestampSchema,
};

export const sessionExample = { id: "123", title: "New chat", created_at: "2025-11-30T12:00:00.000Z" };

/** A session without its messages. */
export const sessionHeadSchema = z.object(sessionFields).meta({
  id: "SessionHead",
  description: "A session without its messages.",
  examples: [sessionExample],
});

/** A session in the answers of the documented REST paths. */
export const documentedSessionSchema = z
  .object({
    ...sessionFields,
    messages: z.array(documentedMessageSchema).meta({ description: "Oldest first." }),
  })
  .meta({
    id: "Session",
    description: "A session with its messages, oldest first.",
    examples: [{ ...sessionExample, messages: [documentedMessageExample] }],
  });

/** A session with its messages, oldest first. */
export const sessionSchema = z
  .object({ ...sessionFields, messages: z.array(messageSchema).meta({ description: "Oldest first." }) })
  .meta({
    id: "FullSession",
    description: "A session with its messages, oldest first, each with its key and `seq`.",
    examples: [{ ...sessionExample, messages: [messageExample] }],
  });

export const getSessionInputSchema = z.object({ session_id: sessionIdSchema });

export const createSessionInputSchema = z.object({
  id: optional(newSessionIdSchema),
  title: optional(titleSchema),
  created_at: optional(timestampSchema),
});

export const updateSessionInputSchema = z.object({ session_id: sessionIdSchema, title: titleSchema });

export const deleteSessionInputSchema = z.object({ session_id: sessionIdSchema });

export type SessionHead = z.infer<typeof sessionHeadSchema>;
export type DocumentedSession = z.infer<typeof documentedSessionSchema>;
export type Session = z.infer<typeof sessionSchema>;
export type CreateSessionInput = z.infer<typeof createSessionInputSchema>;
export type UpdateSessionInput = z.infer<typeof updateSessionInputSchema>;
