import { z } from "zod";
import { limits } from "./limits.ts";
import { messageSchema } from "./message.ts";
import { optional } from "./optional.ts";
import { cursorSchema, nextCursorSchema, pageLimitSchema } from "./page.ts";
import { newSessionIdSchema, sessionIdSchema } from "./session-id.ts";
import { textPattern, textSchema } from "./text.ts";
import { storedTimestampSchema, timestampSchema } from "./timestamp.ts";

export const titleSchema = textSchema.max(limits.titleChars).meta({
  description: `The session's title, ${limits.titleChars} characters at most.`,
  examples: ["New chat"],
  pattern: textPattern,
});

const sessionFields = {
  id: z.string().meta({ description: "The session's id.", examples: ["123"] }),
  title: z.string().meta({ description: "The session's title.", examples: ["New chat"] }),
  created_at: storedTimestampSchema,
};

const sessionExample = { id: "123", title: "New chat", created_at: "2025-11-30T12:00:00.000Z" };
const messageExample = {
  id: 1,
  session_id: "123",
  content: "Hello",
  sender: "user",
  timestamp: "2025-11-30T12:00:00.000Z",
};

/** A session without its messages. */
export const sessionHeadSchema = z.object(sessionFields).meta({
  id: "SessionHead",
  description: "A session without its messages.",
  examples: [sessionExample],
});

/** A session with its messages, oldest first. */
export const sessionSchema = z
  .object({ ...sessionFields, messages: z.array(messageSchema).meta({ description: "Oldest first." }) })
  .meta({
    id: "Session",
    description: "A session with its messages, oldest first.",
    examples: [{ ...sessionExample, messages: [messageExample] }],
  });

/** Whether a session in an answer carries its messages. */
const messagesModeSchema = z.enum(["all", "none"]).meta({
  description: "`none` leaves the messages out; the default is `all`.",
  examples: ["none"],
});

/** A session in a list, with its messages unless the request leaves them out. */
const listedSessionSchema = z
  .object({
    ...sessionFields,
    messages: z
      .array(messageSchema)
      .optional()
      .meta({ description: "Oldest first; absent when the request says `messages=none`." }),
  })
  .meta({
    id: "ListedSession",
    description: "A session, with its messages unless the request says `messages=none`.",
    examples: [{ ...sessionExample, messages: [messageExample] }],
  });

export const sessionPageSchema = z.object({
  items: z.array(listedSessionSchema),
  next_cursor: nextCursorSchema,
});

export const listSessionsInputSchema = z.object({
  cursor: optional(cursorSchema),
  limit: optional(pageLimitSchema),
  messages: optional(messagesModeSchema),
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
export type Session = z.infer<typeof sessionSchema>;
export type SessionPage = z.infer<typeof sessionPageSchema>;
export type ListSessionsInput = z.infer<typeof listSessionsInputSchema>;
export type CreateSessionInput = z.infer<typeof createSessionInputSchema>;
export type UpdateSessionInput = z.infer<typeof updateSessionInputSchema>;
