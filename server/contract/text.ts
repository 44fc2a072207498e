import { z } from "zod";

/**
 * The rules below as JSON Schema patterns, for the OpenAPI document. No pattern for surrogates works in every language.
 */
export const textPattern = String.raw`^[^\x00]*$`;
export const labelPattern = String.raw`^[^\x00-\x1f\x7f-\x9f]*$`;

/** Text without lone surrogates, which UTF-8 cannot encode. */
export const wellFormedSchema = z
  .string()
  .refine((text) => text.isWellFormed(), "must be well-formed Unicode: it has a lone surrogate");

/** Text that every database can hold. PostgreSQL refuses NUL. */
export const textSchema = wellFormedSchema.refine(
  (text) => !text.includes("\0"),
  "must not contain the NUL character",
);

/** Printable text on one line: no control characters (U+0000–U+001F, U+007F–U+009F). */
export const labelSchema = wellFormedSchema.refine(
  (text) => !/\p{Cc}/u.test(text),
  "must not contain control characters",
);
