import { z } from "zod";
import { messageIdSchema, messageSchema } from "./message.ts";
import { optional } from "./optional.ts";
import { idCursorSchema, nextCursorSchema, pageLimitSchema } from "./page.ts";
import { sessionIdSchema } from "./session-id.ts";

/**
 * Messages of a session by id, oldest first within a page. From the start or after `after` the pages go forward; with
 * `before` alone they go back in time, nearest page first.
 */
export const listMessagesInputSchema = z.object({
  session_id: sessionIdSchema,
  before: optional(
    messageIdSchema.meta({ description: "Only messages before this one.", examples: [100], format: "int64" }),
  ),
  after: optional(
    messageIdSchema.meta({
      description: "Only messages after this one; 0 is before the first.",
      examples: [1],
      format: "int64",
    }),
  ),
  cursor: optional(idCursorSchema),
  limit: optional(pageLimitSchema),
});

export const messagePageSchema = z.object({
  items: z.array(messageSchema),
  next_cursor: nextCursorSchema,
});

export type ListMessagesInput = z.infer<typeof listMessagesInputSchema>;
export type MessagePage = z.infer<typeof messagePageSchema>;
