import { z } from "zod";
import { limits } from "./limits.ts";
import { extraInputFields, opaqueSchema, statuses, writerSchema } from "./message-extras.ts";
import { messageExample, messageNameFields, messageRefSchema } from "./message.ts";
import { optional } from "./optional.ts";
import { textPattern, textSchema } from "./text.ts";

const writer = optional(writerSchema.meta({ examples: ["worker-1"] }));

/** Names the reply of an input, as other inputs name a message. */
function nameWithExample(ref: string) {
  return {
    ...messageNameFields,
    message_id: messageRefSchema
      .meta({ examples: [ref] })
      .nullish()
      .transform((named) => named ?? undefined),
  };
}

const replyName = nameWithExample("key:reply-1");

const offsetSchema = z
  .int()
  .min(0)
  .meta({
    description: "The length of the reply's text so far, in UTF-16 code units.",
    examples: [0],
  });

const chunkOffsetSchema = z.int().min(0).meta({ description: "The number of the reply's chunks so far." });

export const appendInputSchema = z.object({
  ...replyName,
  writer,
  offset: offsetSchema,
  text: textSchema.meta({ description: "The text to append.", examples: ["Hello"], pattern: textPattern }),
  chunks: optional(
    z.array(opaqueSchema).meta({
      description: "Values of a UI library's own stream: opaque JSON, kept in order until the reply ends.",
    }),
  ),
  chunk_offset: optional(chunkOffsetSchema),
});

export const appendedSchema = z
  .object({
    length: z.int().meta({
      description: "The length of the text up to the end of what was sent, in UTF-16 code units.",
      examples: [5],
    }),
    seq: z
      .int()
      .meta({ description: "The position of the reply's last change.", format: "int64", examples: [7] }),
  })
  .meta({ id: "Appended", description: "How far a reply is.", examples: [{ length: 5, seq: 4 }] });

export const finishInputSchema = z.object({
  ...replyName,
  writer,
  status: optional(
    z.enum(["complete", "stopped", "failed", "interrupted"]).meta({
      description: "How the reply ends; `complete` by default.",
    }),
  ),
  content: optional(
    textSchema.meta({
      description: "The whole text, in the place of what was appended.",
      pattern: textPattern,
    }),
  ),
  parts: extraInputFields.parts,
  metadata: extraInputFields.metadata,
  error: optional(
    textSchema.max(limits.titleChars).meta({
      description: "Why it failed, in a sentence for people.",
      pattern: textPattern,
    }),
  ),
});

/** The text itself is the body. */
export const streamReplyInputSchema = z.object({
  ...nameWithExample("key:reply-2"),
  writer,
  offset: optional(
    offsetSchema.meta({
      description:
        "The length of the text that the body goes on after, in UTF-16 code units; 0 by default. Text that stands there already is skipped.",
      examples: [0],
    }),
  ),
});

export const stopInputSchema = z.object(replyName);

export const claimInputSchema = z.object({ ...replyName, writer });

/** Where a reply stands, in an error that refuses what its writer sent. */
export const replyStandSchema = z.object({
  length: z
    .int()
    .optional()
    .meta({
      description: "The length of the reply's text so far, in UTF-16 code units.",
      examples: [5],
    }),
  status: z
    .enum([...statuses, "complete"])
    .optional()
    .meta({ description: "How far the reply is.", examples: ["stopped"] }),
});

export type ReplyStatus = z.infer<typeof replyStandSchema>["status"];
export type AppendInput = z.infer<typeof appendInputSchema>;
export type Appended = z.infer<typeof appendedSchema>;
export type FinishInput = z.infer<typeof finishInputSchema>;
export type StreamReplyInput = z.infer<typeof streamReplyInputSchema>;
export type StopInput = z.infer<typeof stopInputSchema>;
export type ClaimInput = z.infer<typeof claimInputSchema>;

const replyExample = { ...messageExample, id: 2, sender: "assistant", key: "reply-1", parent_key: "#1" };

/** A reply in the answer to each operation's example. */
export const replyExamples = {
  claimed: { ...replyExample, content: "", seq: 3, status: "streaming" },
  finished: { ...replyExample, content: "Hello", seq: 5 },
  streamed: { ...messageExample, id: 4, sender: "assistant", key: "reply-2", seq: 8 },
};
