import type { SessionExtent } from "../../db/statements/session-extents.ts";
import type { ListMessagesInput } from "../contract/message-list.ts";
import type { Message } from "../contract/message.ts";
import type { Page } from "../contract/page.ts";
import type { ListSessionsInput, UpdateSessionInput } from "../contract/session.ts";
import { limits } from "../contract/limits.ts";
import { SessionEndedError } from "./app-error.ts";
import type { Desk } from "./desk.ts";
import { getSessionExtent } from "./get-session.ts";
import { readMessagePage } from "./list-messages.ts";
import { listExtents, listSessionHeads } from "./list-sessions.ts";
import { readMessages } from "./read-messages.ts";
import { toSessionHead } from "./session-head.ts";
import { renameSession } from "./update-session.ts";

/** JSON in pieces, and the cursor of the next page if there is one. */
export type AnswerInPieces = { pieces: AsyncIterable<string>; nextCursor: string | null };

/** How many characters of an answer in pieces are gathered before they are sent. */
export const flushChars = 64 * 1024;

type ReadPage<Item> = (page: { cursor?: string; limit: number }) => Promise<Page<Item>>;

type ToJson<Item> = (items: Iterable<Item> | AsyncIterable<Item>) => AsyncGenerator<string>;

/** `GET /api/sessions`: without `limit` and `cursor` all sessions, else a page of them. */
export function streamSessions(desk: Desk, input: ListSessionsInput): Promise<AnswerInPieces> {
  return input.messages === "none"
    ? streamList(input, (page) => listSessionHeads(desk, page), headsJson)
    : streamList(
        input,
        (page) => listExtents(desk, page),
        (sessions) => sessionsJson(desk, sessions),
      );
}

/** `GET /api/sessions/{session_id}`. @throws {AppError} NOT_FOUND */
export async function streamSession(
  desk: Desk,
  { session_id: id }: { session_id: string },
): Promise<AnswerInPieces> {
  return { pieces: sessionJson(desk, await getSessionExtent(desk, id)), nextCursor: null };
}

/** `PATCH /api/sessions/{session_id}`: the session is renamed before the first piece. @throws {AppError} NOT_FOUND */
export async function streamUpdatedSession(desk: Desk, input: UpdateSessionInput): Promise<AnswerInPieces> {
  const { id, ordinal } = await renameSession(desk, input);
  const session = await getSessionExtent(desk, id);
  if (session.ordinal !== ordinal) throw new SessionEndedError(id);
  return { pieces: sessionJson(desk, session), nextCursor: null };
}

/** `GET /api/sessions/{session_id}/messages`. @throws {AppError} NOT_FOUND */
export async function streamMessages(desk: Desk, input: ListMessagesInput): Promise<AnswerInPieces> {
  const { chunks, next_cursor } = await readMessagePage(desk, input);
  return { pieces: arrayJson(chunks), nextCursor: next_cursor };
}

async function streamList<Item>(
  { cursor, limit }: ListSessionsInput,
  read: ReadPage<Item>,
  toJson: ToJson<Item>,
): Promise<AnswerInPieces> {
  if (limit === undefined && cursor === undefined) {
    const first = await read({ limit: limits.pageItems });
    return { pieces: toJson(allItems(first, read)), nextCursor: null };
  }
  const from = cursor === undefined ? {} : { cursor };
  const { items, next_cursor } = await read({ ...from, limit: limit ?? limits.defaultPageItems });
  return { pieces: toJson(items), nextCursor: next_cursor };
}

async function* allItems<Item>(first: Page<Item>, read: ReadPage<Item>): AsyncGenerator<Item> {
  let page = first;
  for (;;) {
    yield* page.items;
    if (page.next_cursor === null) return;
    page = await read({ cursor: page.next_cursor, limit: limits.pageItems });
  }
}

async function* headsJson(heads: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = "[";
  for await (const head of heads) {
    yield separator + JSON.stringify(head);
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}

/** Leaves out a session that is deleted before its first flush. @throws {SessionEndedError} if it is deleted later */
async function* sessionsJson(
  desk: Desk,
  sessions: Iterable<SessionExtent> | AsyncIterable<SessionExtent>,
): AsyncGenerator<string> {
  let separator = "[";
  for await (const session of sessions) {
    const pieces = sessionJson(desk, session);
    const beginning = await readBeginning(pieces);
    if (!beginning) continue;
    // A large piece is not joined to others: that would copy all of them.
    if (beginning.isAll) yield separator + beginning.pieces.join("");
    else {
      yield separator;
      yield* beginning.pieces;
      yield* pieces;
    }
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}

/** The pieces of a session up to its first flush, or all of them. Undefined if it is deleted meanwhile. */
async function readBeginning(
  from: AsyncGenerator<string, void>,
): Promise<{ pieces: string[]; isAll: boolean } | undefined> {
  const pieces: string[] = [];
  try {
    for (let chars = 0; chars < flushChars;) {
      const { value } = await from.next();
      if (value === undefined) return { pieces, isAll: true };
      pieces.push(value);
      chars += value.length;
    }
  } catch (error) {
    if (error instanceof SessionEndedError) return undefined;
    throw error;
  }
  return { pieces, isAll: false };
}

async function* sessionJson(desk: Desk, session: SessionExtent): AsyncGenerator<string, void> {
  yield `${JSON.stringify(toSessionHead(session)).slice(0, -1)},"messages":`;
  yield* arrayJson(readMessages(desk, session));
  yield "}";
}

/** One JSON array from chunks of messages. */
async function* arrayJson(chunks: AsyncIterable<readonly Message[]>): AsyncGenerator<string, void> {
  let separator = "[";
  for await (const chunk of chunks) {
    for (const part of inParts(chunk)) {
      const json = JSON.stringify(part).slice(1, -1);
      // A large text is not joined to another: that would copy it.
      if (json.length < partChars) yield separator + json;
      else {
        yield separator;
        yield json;
      }
      separator = ",";
    }
  }
  yield separator === "[" ? "[]" : "]";
}

/** How much content is encoded at a time, in characters. Its JSON may have six times as many. */
const partChars = 64 * 1024;

function* inParts(messages: readonly Message[]): Generator<readonly Message[]> {
  let start = 0;
  let chars = 0;
  for (const [index, { content }] of messages.entries()) {
    chars += content.length;
    if (chars < partChars) continue;
    yield messages.slice(start, index + 1);
    start = index + 1;
    chars = 0;
  }
  if (start < messages.length) yield start === 0 ? messages : messages.slice(start);
}
