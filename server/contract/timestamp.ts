import { z } from "zod";
import { limits } from "./limits.ts";

const example = "2025-11-30T12:00:00.000Z";

/**
 * An ISO 8601 date-time, with an offset (`2025-11-30T12:00:00.000Z`) or without (`2025-11-30T12:00:00`). It is kept and
 * given back character for character, and nothing is ever ordered by it.
 */
export const timestampSchema = z.iso
  .datetime({
    offset: true,
    local: true,
    error: `must be an ISO 8601 date-time, such as ${example}`,
  })
  .max(limits.timestampChars)
  .meta({
    description: "ISO 8601 date-time, with or without an offset, given back exactly as it was sent.",
    examples: [example, "2025-11-30T12:00:00"],
    // `format: date-time` is RFC 3339, which demands the offset that the documented second form does not have: a
    // generated client that trusted it would fail on that form. And zod's own pattern, which knows the months, is
    // 300 characters long.
    override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
      delete jsonSchema["format"];
      jsonSchema["pattern"] =
        "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2})?$";
    },
  });

/** In an answer it is a string and no more: a database that the original backend wrote may hold any. */
export const storedTimestampSchema = z.string().meta({
  description: "ISO 8601 date-time, exactly as it was sent; the time of arrival in UTC if none was.",
  examples: [example],
});
