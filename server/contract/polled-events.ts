import { z } from "zod";
import { limits } from "./limits.ts";
import { listEventSchema } from "./list-event.ts";
import { extentFields, liveEventSchema } from "./live-event.ts";
import { messageExample } from "./message.ts";
import { optional } from "./optional.ts";
import { positionSchema } from "./position.ts";
import { sessionIdSchema } from "./session-id.ts";

/** The fields to follow a change log over REST: by polls, or with `Accept: text/event-stream` by a stream. */
const followFields = {
  after: optional(
    positionSchema.meta({
      description:
        "The position to resume after, from an earlier answer. Without it the answer begins with a snapshot. `Last-Event-ID`, and `lastEventId` in the query in any spelling, take precedence over it.",
      examples: ["9f86d081884c7d65:7"],
    }),
  ),
  wait: optional(
    z
      .int()
      .min(0)
      .max(limits.pollSeconds)
      .meta({
        description:
          "How many seconds a poll waits for something to happen; 0, the default, is not at all. The server may answer sooner, by default after 25 seconds.",
        examples: [30],
      }),
  ),
};

/** The input for following a session over REST. */
export const sessionEventsInputSchema = z.object({
  session_id: sessionIdSchema,
  ...followFields,
  ...extentFields,
});

/** The input for following the list of sessions over REST. */
export const listEventsInputSchema = z.object(followFields);

const positionField = z.string().meta({
  description: "The position to resume after.",
  examples: ["9f86d081884c7d65:8"],
});

const whatHappened = `The events after the position, ${limits.pageItems} at most and fewer large ones; empty if there are none.`;

/** The answer to a poll for a session's events. */
export const sessionEventsSchema = z
  .object({
    events: z.array(liveEventSchema).meta({ description: whatHappened }),
    position: positionField,
  })
  .meta({
    id: "SessionEvents",
    description: "The events of a session, and the position to resume after.",
    examples: [
      {
        events: [{ type: "message", seq: 8, prev: 7, message: { ...messageExample, seq: 8 } }],
        position: "9f86d081884c7d65:8",
      },
    ],
  });

/** The answer to a poll for the list's events. */
export const listEventsSchema = z
  .object({
    events: z.array(listEventSchema).meta({ description: whatHappened }),
    position: positionField,
  })
  .meta({
    id: "ListEvents",
    description: "The events of the list of sessions, and the position to resume after.",
    examples: [
      {
        events: [{ type: "session_deleted", seq: 8, prev: 7, session_id: "123" }],
        position: "9f86d081884c7d65:8",
      },
    ],
  });

export type SessionEventsInput = z.infer<typeof sessionEventsInputSchema>;
export type SessionEvents = z.infer<typeof sessionEventsSchema>;
export type ListEventsInput = z.infer<typeof listEventsInputSchema>;
