import { z } from "zod";
import { epochSchema, place } from "./live-event.ts";
import { optional, optionalInput } from "./optional.ts";
import { nextCursorSchema } from "./page.ts";
import { positionSchema } from "./position.ts";
import { sidebarSessionSchema } from "./session-list.ts";

const beginning = {
  ...place,
  epoch: epochSchema,
  sessions: z.array(sidebarSessionSchema).meta({
    description:
      "The latest sessions by activity, 100 at most: as `listSessions` has them with `order=activity`.",
  }),
  next_cursor: nextCursorSchema.meta({
    description:
      "The cursor with which `listSessions` goes on with `order=activity`; null if these are all sessions.",
  }),
};

/**
 * The events of the list of sessions, in the order of the list's change log. `session` shows the current state of a
 * session that was created or renamed, or whose last message changed. `seq` and `prev` are as in a session's live
 * events.
 */
export const listEventSchema = z
  .discriminatedUnion("type", [
    z
      .object({ type: z.literal("snapshot"), ...beginning })
      .meta({ description: "The latest sessions, at the beginning of a stream." }),
    z
      .object({ type: z.literal("reset"), ...beginning })
      .meta({ description: "Like a snapshot, after a position that cannot be resumed." }),
    z.object({ type: z.literal("caught_up"), ...place, epoch: epochSchema }).meta({
      description: "The subscriber has everything that it missed. The events after this one are live.",
    }),
    z
      .object({ type: z.literal("session"), ...place, session: sidebarSessionSchema })
      .meta({ description: "A session was created or renamed, or its last message changed." }),
    z
      .object({
        type: z.literal("session_deleted"),
        ...place,
        session_id: z.string().meta({ description: "The session's id.", examples: ["123"] }),
      })
      .meta({ description: "A session was deleted." }),
  ])
  .meta({
    id: "ListEvent",
    description: "An event of the list of sessions. `type` gives its kind.",
    examples: [{ type: "session_deleted", seq: 7, prev: 6, session_id: "123" }],
  });

export const onListEventInputSchema = optionalInput(
  z.object({
    lastEventId: optional(
      positionSchema.meta({
        description: "The position to resume after, `<epoch>:<seq>` or `<seq>`.",
        examples: ["7"],
      }),
    ),
  }),
);

export type ListEvent = z.infer<typeof listEventSchema>;
