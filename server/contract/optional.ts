import type { z } from "zod";

/** A field that may be left out. `null` counts as left out: serialisers of many languages write it for a missing value. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/** An input whose fields may all be left out. The input itself may be left out too, and `null` counts as left out. */
export function optionalInput<Schema extends z.ZodObject>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? schema.parse({}));
}
