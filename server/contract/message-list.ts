import { z } from "zod";
import { messageRefSchema, messageSchema } from "./message.ts";
import { optional } from "./optional.ts";
import { idCursorSchema, nextCursorSchema, pageLimitSchema } from "./page.ts";
import { sessionIdSchema } from "./session-id.ts";

/**
 * Messages of a session by id, oldest first within a page. From the start or after `after` the pages go forward. With
 * `order: "newest"`, from the end, or with `before` alone, the pages go back in time, nearest page first.
 */
export const listMessagesInputSchema = z.object({
  session_id: sessionIdSchema,
  before: optional(
    messageRefSchema.meta({
      description: "Only messages before this one: its id, or `key:` and its key.",
      examples: [100],
    }),
  ),
  after: optional(
    messageRefSchema.meta({
      description: "Only messages after this one: its id, or `key:` and its key. 0 is before the first.",
      examples: [1],
    }),
  ),
  cursor: optional(idCursorSchema),
  limit: optional(pageLimitSchema),
  order: optional(
    z.enum(["oldest", "newest"]).meta({
      description:
        "The end at which the pages begin. The default is `oldest`; with `before` alone it is `newest`.",
      examples: ["newest"],
    }),
  ),
});

export const messagePageSchema = z
  .object({
    items: z.array(messageSchema).meta({ description: "The messages, oldest first." }),
    next_cursor: nextCursorSchema,
  })
  .meta({ description: "A page of a session's messages." });

export type ListMessagesInput = z.infer<typeof listMessagesInputSchema>;
export type MessagePage = z.infer<typeof messagePageSchema>;
