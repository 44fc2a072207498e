import { z } from "zod";

/**
 * Text that any database can hold: no NUL, which PostgreSQL refuses, and no lone surrogate, which has no UTF-8 form.
 */
export const textSchema = z
  .string()
  .refine((text) => !text.includes("\0"), "must not contain the NUL character")
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode: it has a lone surrogate");

/** Text on one line and for the eye: no control characters (U+0000–U+001F, U+007F–U+009F). */
export const labelSchema = textSchema.refine(
  (text) => !/\p{Cc}/u.test(text),
  "must not contain control characters",
);
