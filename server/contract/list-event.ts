import { z } from "zod";
import { limits } from "./limits.ts";
import { messageIdSchema } from "./message.ts";
import { optional } from "./optional.ts";
import { nextCursorSchema } from "./page.ts";
import { sessionHeadSchema } from "./session.ts";

/** A session as a list of sessions shows it: its head, and the beginning of its last message. */
const sidebarSessionSchema = sessionHeadSchema.extend({
  last_message: z
    .object({
      id: messageIdSchema,
      sender: z.string(),
      timestamp: z.string(),
      /** The first characters of the content, `limits.excerptChars` at most. */
      excerpt: z.string(),
    })
    .nullable(),
});

const place = { seq: z.int().min(0), prev: z.int().min(0) };

const beginning = {
  ...place,
  epoch: z.string(),
  /** The newest, in the order of `session.list`. */
  sessions: z.array(sidebarSessionSchema),
  /** Where `session.list` goes on; null if these are all. */
  next_cursor: nextCursorSchema,
};

/**
 * What happens in the list of sessions, in one order of its own. `session` tells of one that was made, was renamed or has
 * another last message, as it is now. `seq` and `prev` are as in a session's live events.
 */
export const listEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), ...beginning }),
  z.object({ type: z.literal("reset"), ...beginning }),
  z.object({ type: z.literal("caught_up"), ...place, epoch: z.string() }),
  z.object({ type: z.literal("session"), ...place, session: sidebarSessionSchema }),
  z.object({ type: z.literal("session_deleted"), ...place, session_id: z.string() }),
]);

export const onListEventInputSchema = optional(
  z.object({
    /** The position to resume after, `<epoch>:<seq>` or `<seq>`. */
    lastEventId: optional(z.string().max(limits.positionChars)),
  }),
);

export type SidebarSession = z.infer<typeof sidebarSessionSchema>;
export type ListEvent = z.infer<typeof listEventSchema>;
