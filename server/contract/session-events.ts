import { z } from "zod";
import { limits } from "./limits.ts";
import { liveEventSchema } from "./live-event.ts";
import { optional } from "./optional.ts";
import { positionSchema } from "./position.ts";
import { sessionIdSchema } from "./session-id.ts";

/** The input for following a session over REST: by polls, or with `Accept: text/event-stream` by a stream. */
export const sessionEventsInputSchema = z.object({
  session_id: sessionIdSchema,
  after: optional(
    positionSchema.meta({
      description:
        "The position to go on after, as an answer gave it. Without it the answer begins with a snapshot. `Last-Event-ID`, and `lastEventId` in the query in any spelling, go before it.",
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
});

/** The answer to a poll. */
export const sessionEventsSchema = z
  .object({
    events: z.array(liveEventSchema).meta({
      description: `What happened after the position, ${limits.pageItems} events at most and fewer large ones; empty if nothing did.`,
    }),
    position: z.string().meta({
      description: "The position to go on after.",
      examples: ["9f86d081884c7d65:8"],
    }),
  })
  .meta({
    id: "SessionEvents",
    description: "What happened in a session, and where to go on.",
    examples: [
      {
        events: [
          {
            type: "message",
            seq: 8,
            prev: 7,
            message: {
              id: 1,
              session_id: "123",
              content: "Hello",
              sender: "user",
              timestamp: "2025-11-30T12:00:00.000Z",
            },
          },
        ],
        position: "9f86d081884c7d65:8",
      },
    ],
  });

export type SessionEventsInput = z.infer<typeof sessionEventsInputSchema>;
export type SessionEvents = z.infer<typeof sessionEventsSchema>;
