import type { SessionHeadRow } from "../../db/store.ts";
import { textValue } from "./text-value.ts";
import type { SessionHead } from "../contract/session.ts";

/** A session as the doors show it, without its messages. */
export function toSessionHead({ id, title, created_at }: SessionHeadRow): SessionHead {
  return { id, title: textValue(title), created_at: textValue(created_at) };
}
