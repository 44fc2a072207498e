import { z } from "zod";
import { limits } from "./limits.ts";

const example = "2025-11-30T12:00:00.000Z";

const leapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const day31 = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])";
const day30 = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)";
const day28 = "02-(?:0[1-9]|1[0-9]|2[0-8])";
const date = `(?:${leapYear}-02-29|[0-9]{4}-(?:${day31}|${day30}|${day28}))`;
const hourAndMinute = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
const time = `${hourAndMinute}(?::[0-5][0-9](?:[.][0-9]+)?)?`;

/**
 * The pattern of the server and of the OpenAPI document. It has `[0-9]`, since in some languages `\d` matches other
 * digits.
 */
const pattern = new RegExp(`^${date}T${time}(?:Z|[+-]${hourAndMinute})?$`);

const sentence = `must be an ISO 8601 date-time, such as ${example}`;

/**
 * An ISO 8601 date-time, with or without seconds, with an offset (`2025-11-30T12:00:00.000Z`) or without one
 * (`2025-11-30T12:00:00`). The day must exist. A leap second (`23:59:60`) is refused, since few programs can read one.
 * The text is stored and returned unchanged, and no order uses it.
 *
 * Its JSON Schema has no `format: date-time`: that format is RFC 3339, which requires seconds and an offset.
 */
export const timestampSchema = z
  .string(sentence)
  .regex(pattern, { error: sentence, abort: true })
  .max(limits.timestampChars)
  .meta({
    description: "ISO 8601 date-time, with or without an offset, given back exactly as it was sent.",
    examples: [example, "2025-11-30T12:00:00", "2025-11-30T12:00Z"],
  });

/** A timestamp in an answer. Any string is allowed, since a database of the original backend may hold any. */
export const storedTimestampSchema = z.string().meta({
  description: "ISO 8601 date-time, exactly as it was sent; the time of arrival in UTC if none was.",
  examples: [example],
});
