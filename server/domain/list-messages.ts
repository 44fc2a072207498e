import type { MessageSize, SessionLife } from "../../db/store.ts";
import { countInChunk, smallReadBytes } from "../../db/store.ts";
import { limits } from "../contract/limits.ts";
import type { ListMessagesInput } from "../contract/message-list.ts";
import type { Message } from "../contract/message.ts";
import type { Services } from "./services.ts";
import { findMessageId } from "./find-message.ts";
import { getSessionExtent } from "./get-session.ts";
import { assertAlive, toMessage } from "./read-messages.ts";

/**
 * A page of a session's messages, oldest first within the page, in the chunks of `readMessages`. With the order
 * `newest`, or with `before` alone, the pages go back in time; otherwise they go forward. `cursor` replaces the bound
 * that moves. `after: 0` means before the first message, whatever its id.
 *
 * @throws {AppError} NOT_FOUND, also from the chunks
 */
export async function readMessagePage(
  services: Services,
  { session_id: sessionId, cursor, limit = limits.defaultPageItems, ...input }: ListMessagesInput,
): Promise<{ chunks: AsyncIterable<Message[]>; next_cursor: string | null }> {
  const life = await getSessionExtent(services, sessionId);
  const { before, after, order } = await readBounds(services, sessionId, input);
  const backwards = order === "newest";
  const moved = cursor === undefined ? {} : { [backwards ? "before" : "after"]: Number(cursor) };
  const sizes = await services.store.messages.listSizes({
    life,
    before,
    after,
    ...moved,
    limit: limit + 1,
    from: backwards ? "newest" : "oldest",
  });
  if (sizes.length === 0) await assertAlive(services, life);
  const shown = sizes.slice(0, limit);
  return {
    chunks: readChunks(services, life, backwards ? shown.toReversed() : shown),
    next_cursor: sizes.length > limit ? String(shown.at(-1)?.id) : null,
  };
}

/** The ids that bound the messages, and the end at which the pages begin. */
async function readBounds(
  services: Services,
  sessionId: string,
  { before, after, order }: Pick<ListMessagesInput, "before" | "after" | "order">,
) {
  const idOf = async (ref: number | string | undefined): Promise<number | undefined> =>
    ref === undefined ? undefined : findMessageId(services, sessionId, ref);
  return {
    before: await idOf(before),
    after: after === 0 ? undefined : await idOf(after),
    order: order ?? (before !== undefined && after === undefined ? "newest" : "oldest"),
  };
}

/** @param sizes of consecutive messages without gaps, oldest first */
async function* readChunks(
  services: Services,
  life: SessionLife,
  sizes: readonly MessageSize[],
): AsyncGenerator<Message[], void, undefined> {
  const isSmall = async (): Promise<boolean> => bytesOf(sizes) <= smallReadBytes;
  let left = sizes;
  while (left.length > 0) {
    await services.hub.turns.take(left === sizes, isSmall);
    const limit = countInChunk(left);
    const after = Number(left[0]?.id) - 1;
    const before = Number(left[limit - 1]?.id) + 1;
    const range = { life, after, before, limit, from: "oldest" } as const;
    const rows = await services.store.messages.list(range);
    if (rows.length === 0) await assertAlive(services, life);
    yield rows.map(toMessage);
    left = left.slice(limit);
  }
}

function bytesOf(sizes: readonly MessageSize[]): number {
  return sizes.reduce((total, { bytes }) => total + bytes, 0);
}
