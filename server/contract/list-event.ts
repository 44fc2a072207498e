import { z } from "zod";
import { messageIdSchema } from "./message.ts";
import { optional, optionalInput } from "./optional.ts";
import { nextCursorSchema } from "./page.ts";
import { positionSchema } from "./position.ts";
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
  /** The newest sessions, in the order of `session.list`. */
  sessions: z.array(sidebarSessionSchema),
  /** The cursor with which `session.list` goes on; null if these are all sessions. */
  next_cursor: nextCursorSchema,
};

/**
 * The events of the list of sessions, in an order of their own. `session` shows a session as it is now, after it was made
 * or renamed or its last message changed. `seq` and `prev` are as in a session's live events.
 */
export const listEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), ...beginning }),
  z.object({ type: z.literal("reset"), ...beginning }),
  z.object({ type: z.literal("caught_up"), ...place, epoch: z.string() }),
  z.object({ type: z.literal("session"), ...place, session: sidebarSessionSchema }),
  z.object({ type: z.literal("session_deleted"), ...place, session_id: z.string() }),
]);

export const onListEventInputSchema = optionalInput(
  z.object({
    /** The position to resume after, `<epoch>:<seq>` or `<seq>`. */
    lastEventId: optional(positionSchema),
  }),
);

export type SidebarSession = z.infer<typeof sidebarSessionSchema>;
export type ListEvent = z.infer<typeof listEventSchema>;
