import { z } from "zod";
import { limits } from "./limits.ts";

export const notACursor = "is not a cursor of this list: take it from the answer before";

/**
 * The beginning of the next page of sessions: a session's ordinal, preceded by its `activity_seq` in the order of
 * activity. Clients take it from the previous answer and do not interpret it.
 */
export const cursorSchema = cursorOf(/^(?:-?[0-9]{1,16}-)?[0-9]{1,15}$/);

/** The cursor of a list that is ordered by message id. */
export const idCursorSchema = cursorOf(/^-?[0-9]{1,16}$/);

function cursorOf(pattern: RegExp) {
  return z
    .string()
    .regex(pattern, notACursor)
    .meta({ description: "Where the page begins: `next_cursor` of the page before.", examples: ["42"] });
}

export const pageLimitSchema = z
  .int()
  .min(1)
  .max(limits.pageItems)
  .meta({ description: `How many items a page holds, ${limits.pageItems} at most.`, examples: [50] });

export const nextCursorSchema = z
  .string()
  .nullable()
  .meta({ description: "The cursor of the next page; null on the last one.", examples: ["42"] });

export type Page<Item> = { items: Item[]; next_cursor: string | null };
