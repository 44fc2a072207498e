import { listMessages as listMessageRows } from "../../db/message-queries.ts";
import { limits } from "../contract/limits.ts";
import type { ListMessagesInput, MessagePage } from "../contract/message-list.ts";
import type { Desk } from "./desk.ts";
import { getSessionHead } from "./get-session.ts";
import { toMessage } from "./read-messages.ts";

/**
 * A page of a session's messages, oldest first within it. With `before` alone the pages go back in time; otherwise
 * they go forward. `cursor` takes the place of the bound that moves.
 *
 * @throws {AppError} NOT_FOUND
 */
export async function listMessages(desk: Desk, input: ListMessagesInput): Promise<MessagePage> {
  await getSessionHead(desk, input.session_id);
  const { limit = limits.defaultPageItems, cursor } = input;
  const backwards = input.before !== undefined && input.after === undefined;
  const moved = cursor === undefined ? {} : { [backwards ? "before" : "after"]: Number(cursor) };
  const rows = await listMessageRows(desk.database.read, {
    sessionId: input.session_id,
    before: input.before,
    after: input.after,
    ...moved,
    limit: limit + 1,
    from: backwards ? "newest" : "oldest",
  });
  const shown = rows.slice(0, limit);
  const items = (backwards ? shown.toReversed() : shown).map(toMessage);
  return { items, next_cursor: rows.length > limit ? String(shown.at(-1)?.id) : null };
}
