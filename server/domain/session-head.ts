import type { SessionHeadRow } from "../../db/session-queries.ts";
import { textValue } from "../../db/text-value.ts";
import type { SessionHead } from "../contract/session.ts";

/** A session as the doors show it, without its messages. */
export function toSessionHead({ id, title, created_at }: SessionHeadRow): SessionHead {
  return { id, title: textValue(title), created_at: textValue(created_at) };
}
