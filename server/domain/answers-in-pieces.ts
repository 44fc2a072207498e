import type { ListMessagesInput } from "../contract/message-list.ts";
import type { ListSessionsInput, SessionHead, UpdateSessionInput } from "../contract/session.ts";
import { limits } from "../contract/limits.ts";
import type { Desk } from "./desk.ts";
import { getSessionHead } from "./get-session.ts";
import { readMessagePage } from "./list-messages.ts";
import { listSessionHeads } from "./list-sessions.ts";
import { readMessages } from "./read-messages.ts";
import { updateSession } from "./update-session.ts";

/** JSON in pieces, and the cursor of the next page if it is a page of more. */
export type AnswerInPieces = { pieces: AsyncIterable<string>; nextCursor: string | null };

/** `GET /api/sessions`: without `limit` and `cursor` all sessions, else a page of them. */
export async function streamSessions(desk: Desk, input: ListSessionsInput): Promise<AnswerInPieces> {
  const wanted = input.limit ?? (input.cursor === undefined ? undefined : limits.defaultPageItems);
  const first = await listSessionHeads(desk, { ...input, limit: wanted ?? limits.pageItems });
  const heads = wanted === undefined ? allHeads(desk, first) : first.items;
  return {
    pieces: sessionsJson(desk, heads, input.messages !== "none"),
    nextCursor: wanted === undefined ? null : first.next_cursor,
  };
}

/** `GET /api/sessions/{session_id}`. @throws {AppError} NOT_FOUND */
export async function streamSession(
  desk: Desk,
  { session_id: id }: { session_id: string },
): Promise<AnswerInPieces> {
  return { pieces: sessionJson(desk, await getSessionHead(desk, id)), nextCursor: null };
}

/** `PATCH /api/sessions/{session_id}`: the session is renamed before the first piece. @throws {AppError} NOT_FOUND */
export async function streamUpdatedSession(desk: Desk, input: UpdateSessionInput): Promise<AnswerInPieces> {
  return { pieces: sessionJson(desk, await updateSession(desk, input)), nextCursor: null };
}

/** `GET /api/sessions/{session_id}/messages`. @throws {AppError} NOT_FOUND */
export async function streamMessages(desk: Desk, input: ListMessagesInput): Promise<AnswerInPieces> {
  const { chunks, next_cursor } = await readMessagePage(desk, input);
  return { pieces: arrayJson(chunks), nextCursor: next_cursor };
}

async function* allHeads(
  desk: Desk,
  first: { items: SessionHead[]; next_cursor: string | null },
): AsyncGenerator<SessionHead> {
  let page = first;
  for (;;) {
    yield* page.items;
    if (page.next_cursor === null) return;
    page = await listSessionHeads(desk, { cursor: page.next_cursor, limit: limits.pageItems });
  }
}

async function* sessionsJson(
  desk: Desk,
  heads: Iterable<SessionHead> | AsyncIterable<SessionHead>,
  withMessages: boolean,
): AsyncGenerator<string> {
  let separator = "[";
  for await (const head of heads) {
    yield separator;
    if (withMessages) yield* sessionJson(desk, head);
    else yield JSON.stringify(head);
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}

async function* sessionJson(desk: Desk, head: SessionHead): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"messages":`;
  yield* arrayJson(readMessages(desk, head.id));
  yield "}";
}

/** One array of what comes in several. */
async function* arrayJson(chunks: AsyncIterable<readonly unknown[]>): AsyncGenerator<string> {
  let separator = "[";
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    yield separator + JSON.stringify(chunk).slice(1, -1);
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}
