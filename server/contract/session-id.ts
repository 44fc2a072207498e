import { limits } from "./limits.ts";
import { labelSchema, wellFormedSchema } from "./text.ts";

const control = String.raw`\x00-\x1f\x7f-\x9f`;
/** A pattern without lookahead: the regular expressions of some languages have none. */
const newIdPattern = `^(?:[^.${control}][^${control}]*|\\.[^.${control}][^${control}]*|\\.\\.[^${control}]+)$`;

/** The id of a new session. The same id works through every door; in a path it is percent-encoded. */
export const newSessionIdSchema = labelSchema
  .min(1, "must not be empty")
  .max(limits.sessionIdChars)
  .refine(
    (id) => id !== "." && id !== "..",
    "must not be . or ..: in the path of an address it means another address",
  )
  .meta({
    description:
      'The session\'s id: 1–128 characters, none of them a control character, and neither "." nor "..".',
    examples: ["123"],
    pattern: newIdPattern,
  });

/** The id in a look-up. A file of the original backend may hold ids that no new session can have. */
export const sessionIdSchema = wellFormedSchema
  .max(limits.lookupChars)
  .meta({ description: "The session's id.", examples: ["123"] });
