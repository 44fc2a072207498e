import { z } from "zod";
import { limits } from "./limits.ts";
import { optional } from "./optional.ts";
import { labelPattern, labelSchema, textSchema } from "./text.ts";

/**
 * Whether a value of JSON can be kept as it is. Every text, the names of fields too, must be one that databases hold. A number
 * beyond those of IEEE 754, such as 1e400, was read as Infinity.
 */
function isStorable(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (Array.isArray(value)) return value.every(isStorable);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([name, field]) => isStorable(name) && isStorable(field));
}

/** A value of JSON that the server keeps as it is and never looks into. */
export const opaqueSchema = z
  .unknown()
  .refine(
    isStorable,
    "must have no text with the NUL character or a lone surrogate, and no number beyond 1.8e308",
  );

const parentKey = {
  description: "The key of the message that this one answers or replaces.",
  examples: ["#1"],
};
const parts = {
  description: "The message in the form of a UI library: opaque JSON, which is kept as it is.",
  examples: [[{ type: "text", text: "Hello" }]],
};
const format = { description: "The name of the form that `parts` has.", examples: ["ai-sdk/v6"] };
const metadata = { description: "Opaque JSON, which is kept as it is.", examples: [{ model: "gpt-5" }] };

/** Without an example, the example of a whole input leaves the field out. */
function inInput({ description }: { description: string }) {
  return { description };
}

/** The optional fields of a message that its sender may set. */
export const extraInputFields = {
  parent_key: optional(textSchema.min(1).max(limits.lookupChars).meta(inInput(parentKey))),
  parts: optional(opaqueSchema.meta(inInput(parts))),
  format: optional(
    labelSchema
      .min(1)
      .max(limits.keyChars)
      .meta({ ...inInput(format), pattern: labelPattern }),
  ),
  metadata: optional(opaqueSchema.meta(inInput(metadata))),
};

/** The same fields in answers and events: each is there if it was set. */
export const extraFields = {
  parent_key: z.string().optional().meta(parentKey),
  parts: z.unknown().optional().meta(parts),
  format: z.string().optional().meta(format),
  metadata: z.unknown().optional().meta(metadata),
};

export const writerSchema = labelSchema.max(limits.keyChars).meta({
  description:
    "The name of the program that writes the reply, which it makes up. While the reply streams no other writer may append. It is never shown.",
  pattern: labelPattern,
});

export const statuses = ["requested", "streaming", "stopped", "failed", "interrupted"] as const;

/** How far a message is. */
export const statusFields = {
  status: z
    .enum(statuses)
    .optional()
    .meta({
      description:
        "How far a reply is; absent on a message that is complete. `requested` asks for a reply, `streaming` is being written. `stopped`, `failed` and `interrupted` replies have ended with the text that they have.",
      examples: ["streaming"],
    }),
};

/** The fields of a reply in full messages. */
export const replyFields = {
  chunks: z
    .array(z.unknown())
    .optional()
    .meta({ description: "The chunks so far of a reply that is streaming, if it has any.", examples: [[]] }),
  failure: z
    .string()
    .optional()
    .meta({ description: "Why a reply failed, for people.", examples: ["The model did not answer."] }),
};

export type Extras = {
  parent_key?: string | undefined;
  parts?: unknown;
  format?: string | undefined;
  metadata?: unknown;
  failure?: string | undefined;
};
