import { z } from "zod";
import { positionSchema } from "./position.ts";
import { limits } from "./limits.ts";
import { messageIdSchema, messageSchema } from "./message.ts";
import { optional } from "./optional.ts";
import { sessionHeadSchema, sessionSchema } from "./session.ts";
import { sessionIdSchema } from "./session-id.ts";
import { signalFields } from "./signal.ts";

const seqSchema = z
  .int()
  .min(0)
  .meta({ description: "The number of this change in its change log.", examples: [7], format: "int64" });
export const epochSchema = z
  .string()
  .meta({ description: "The name of this history.", examples: ["9f86d081884c7d65"] });

export const place = {
  seq: seqSchema,
  prev: z
    .int()
    .min(0)
    .meta({
      description: "The `seq` of the event before it in this stream.",
      examples: [6],
      format: "int64",
    }),
};

const beginning = {
  ...place,
  epoch: epochSchema,
  session: sessionSchema,
  has_earlier: z.boolean().meta({
    description:
      "Whether there are messages before these, which are the latest: at most `limit`, and at most 512 KiB of JSON unless the latest alone is larger. `listMessages` has them.",
    examples: [false],
  }),
};

/**
 * The events of a session, in one order. `seq` is the number of the change. `prev` is the `seq` of the event before it
 * in this stream: a subscriber at `prev` has missed nothing. `snapshot` and `reset` hold the latest messages, at most
 * as many as the subscriber's `limit`.
 */
export const liveEventSchema = z
  .discriminatedUnion("type", [
    z
      .object({ type: z.literal("snapshot"), ...beginning })
      .meta({ description: "The session's latest messages, at the beginning of a stream." }),
    z
      .object({ type: z.literal("reset"), ...beginning })
      .meta({ description: "Like a snapshot, after a position that cannot be resumed." }),
    z.object({ type: z.literal("caught_up"), ...place, epoch: epochSchema }).meta({
      description: "The subscriber has everything that it missed. The events after this one are live.",
    }),
    z
      .object({ type: z.literal("message"), ...place, message: messageSchema })
      .meta({ description: "A message was added or changed." }),
    z
      .object({
        type: z.literal("message_delta"),
        ...place,
        message_id: messageIdSchema,
        offset: z
          .int()
          .min(0)
          .meta({
            description: "The length of the message's text before this, in UTF-16 code units.",
            examples: [0],
          }),
        text: z.string().meta({ description: "What comes after that.", examples: ["Hello"] }),
        chunks: z
          .array(z.unknown())
          .optional()
          .meta({ description: "What comes after its chunks, if there is any.", examples: [[]] }),
        chunk_offset: z
          .int()
          .min(0)
          .optional()
          .meta({
            description: "The number of its chunks before these.",
            examples: [0],
          }),
      })
      .meta({ description: "Text was appended to a reply that is streaming." }),
    z
      .object({
        type: z.literal("message_deleted"),
        ...place,
        message_id: messageIdSchema,
        key: z.string().meta({ description: "The message's key.", examples: ["#1"] }),
      })
      .meta({ description: "A message was deleted." }),
    z
      .object({ type: z.literal("session"), ...place, session: sessionHeadSchema })
      .meta({ description: "The session was renamed." }),
    z.object({ type: z.literal("signal"), ...place, ...signalFields }).meta({
      description:
        "A client signals something of the moment. It is no change: it is not stored, and `seq` and `prev` are the `seq` of the event before it in this stream. A stream over REST sends it without `id`.",
    }),
    z
      .object({ type: z.literal("session_deleted"), ...place })
      .meta({ description: "The session was deleted. The stream ends with this event." }),
  ])
  .meta({
    id: "LiveEvent",
    description: "An event of a session. `type` gives its kind.",
    examples: [{ type: "message_deleted", seq: 7, prev: 6, message_id: 1, key: "#1" }],
  });

/** The bounds of a subscriber's snapshot and catch-up. */
export const extentFields = {
  limit: optional(
    z
      .int()
      .min(0)
      .max(limits.snapshotMessages)
      .meta({
        description: `How many messages a \`snapshot\` or a \`reset\` holds at most; ${limits.snapshotMessages} by default.`,
        examples: [50],
      }),
  ),
  max_missed: optional(
    z
      .int()
      .min(0)
      .meta({
        description:
          "A subscriber that missed more changes than this gets a `snapshot` in their place. By default it gets the changes, however many.",
        examples: [500],
      }),
  ),
};

export const extentSchema = z.object(extentFields);

export const onEventInputSchema = z.object({
  session_id: sessionIdSchema,
  lastEventId: optional(
    positionSchema.meta({
      description: "The position to resume after, `<epoch>:<seq>` or `<seq>`.",
      examples: ["7"],
    }),
  ),
  ...extentFields,
});

export type LiveEvent = z.infer<typeof liveEventSchema>;
export type OnEventInput = z.infer<typeof onEventInputSchema>;
