import { limits } from "./limits.ts";
import { labelSchema } from "./text.ts";

/** The same id works through every door; in a path it is percent-encoded. */
export const sessionIdSchema = labelSchema
  .min(1, "must not be empty")
  .max(limits.sessionIdChars)
  .meta({
    description: "The session's id: 1–128 characters, none of them a control character.",
    examples: ["123"],
  });
