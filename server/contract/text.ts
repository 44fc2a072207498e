import { z } from "zod";

/** JSON Schema's form of the rules below, for the OpenAPI document. It has no form that every language reads for surrogates. */
export const textPattern = String.raw`^[^\x00]*$`;
export const labelPattern = String.raw`^[^\x00-\x1f\x7f-\x9f]*$`;

/** Text that has a UTF-8 form: a lone surrogate has none. */
export const wellFormedSchema = z
  .string()
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode: it has a lone surrogate");

/** Text that any database can hold: no NUL either, which PostgreSQL refuses. */
export const textSchema = wellFormedSchema.refine(
  (text) => !text.includes("\0"),
  "must not contain the NUL character",
);

/** Text on one line and for the eye: no control characters (U+0000–U+001F, U+007F–U+009F). */
export const labelSchema = textSchema.refine(
  (text) => !/\p{Cc}/u.test(text),
  "must not contain control characters",
);
