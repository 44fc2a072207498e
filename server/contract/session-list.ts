import { z } from "zod";
import {
  documentedMessageExample,
  documentedMessageSchema,
  messageIdSchema,
  messageSchema,
} from "./message.ts";
import { statusFields } from "./message-extras.ts";
import { optional } from "./optional.ts";
import { cursorSchema, nextCursorSchema, pageLimitSchema } from "./page.ts";
import { sessionExample, sessionFields } from "./session.ts";

const sidebarFields = {
  activity_seq: z.int().meta({
    description:
      "The list's `seq` at which the last message was added, else the session was created. Renames, edits and deletions do not change it.",
    format: "int64",
    examples: [7],
  }),
  last_message: z
    .object({
      id: messageIdSchema,
      key: z.string().meta({ description: "The message's key.", examples: ["#1"] }),
      sender: z.string().meta({ description: "Who wrote it.", examples: ["user"] }),
      timestamp: z.string().meta({ description: "Its timestamp.", examples: ["2025-11-30T12:00:00.000Z"] }),
      ...statusFields,
      excerpt: z
        .string()
        .meta({ description: "The beginning of its content, 200 characters at most.", examples: ["Hello"] }),
    })
    .meta({ description: "The last message of a session, as a list shows it." })
    .nullable()
    .meta({ description: "The session's last message; null while it has none." }),
};

/** A session as a list of sessions shows it: its head, and the beginning of its last message. */
export const sidebarSessionSchema = z.object({ ...sessionFields, ...sidebarFields }).meta({
  id: "SidebarSession",
  description: "A session as a list shows it: its head, its activity and the beginning of its last message.",
  examples: [
    {
      ...sessionExample,
      activity_seq: 2,
      last_message: {
        id: 1,
        key: "#1",
        sender: "user",
        timestamp: "2025-11-30T12:00:00.000Z",
        excerpt: "Hello",
      },
    },
  ],
});

/** A session in the documented list: with its messages, unless the request leaves them out. */
export const documentedListedSessionSchema = z
  .object({
    ...sessionFields,
    activity_seq: sidebarFields.activity_seq.optional(),
    last_message: sidebarFields.last_message.optional(),
    messages: z
      .array(documentedMessageSchema)
      .optional()
      .meta({ description: "Oldest first; absent when the request says `messages=none`." }),
  })
  .meta({
    id: "ListedSession",
    description:
      "A session, with its messages unless the request says `messages=none`, and with `activity_seq` and `last_message` if it says `order=activity`.",
    examples: [{ ...sessionExample, messages: [documentedMessageExample] }],
  });

export const sessionPageSchema = z
  .object({
    items: z
      .array(
        sidebarSessionSchema
          .extend({
            messages: z
              .array(messageSchema)
              .optional()
              .meta({ description: 'Oldest first; present when the input says `messages: "all"`.' }),
          })
          .meta({ description: "A session as `session.list` shows it." }),
      )
      .meta({ description: "The sessions, in the order that the input asked for." }),
    next_cursor: nextCursorSchema,
  })
  .meta({ description: "A page of the list of sessions." });

export const listSessionsInputSchema = z.object({
  cursor: optional(cursorSchema),
  limit: optional(pageLimitSchema),
  messages: optional(
    z.enum(["all", "none"]).meta({
      description:
        "Whether each session carries its messages. The default is `all` over REST, and `none` over tRPC.",
      examples: ["none"],
    }),
  ),
  order: optional(
    z.enum(["newest", "activity"]).meta({
      description:
        "`newest`, the default, goes by the making of the sessions. `activity` goes by their last added messages. Both begin with the latest.",
      examples: ["newest"],
    }),
  ),
});

export type SidebarSession = z.infer<typeof sidebarSessionSchema>;
export type SessionPage = z.infer<typeof sessionPageSchema>;
export type ListSessionsInput = z.infer<typeof listSessionsInputSchema>;
