import type { SessionExtent } from "../../db/statements/session-extents.ts";
import type { ListMessagesInput } from "../contract/message-list.ts";
import type { Message } from "../contract/message.ts";
import type { UpdateSessionInput } from "../contract/session.ts";
import type { ListSessionsInput } from "../contract/session-list.ts";
import { limits } from "../contract/limits.ts";
import { SessionEndedError } from "../contract/app-error.ts";
import type { ReadPage } from "./all-pages.ts";
import { readAllPages } from "./all-pages.ts";
import type { Services } from "./services.ts";
import { getSessionExtent } from "./get-session.ts";
import { readMessagePage } from "./list-messages.ts";
import type { SidebarExtent } from "./list-sessions.ts";
import { listAllByActivity, listExtents, listSidebar } from "./list-sessions.ts";
import { readMessages, toDocumented } from "./read-messages.ts";
import { toSessionHead } from "./session-head.ts";
import { toSidebarSession } from "./sidebar-session.ts";
import { renameSession } from "./update-session.ts";

/** JSON in pieces, and the cursor of the next page if there is one. */
export type AnswerInPieces = { pieces: AsyncIterable<string>; nextCursor: string | null };

/** `documented`: messages have the fields of the documented REST paths alone, and so have listed sessions. */
export type Form = "documented" | "full";

/** How many characters of an answer in pieces are gathered before they are sent. */
export const flushChars = 64 * 1024;

/** Reads the sessions of a list: a page of them, or all. */
type ReadSessions<Session> = {
  read: ReadPage<Session>;
  readAll: () => Promise<AsyncIterable<Session>>;
};

/** How sessions are shown: what comes before their messages, and the form of these. */
type Shown<Session> = { toHead: (session: Session) => object; form: Form };

/**
 * A list of sessions: without `limit` and `cursor` all of them, else a page. In the full form, and in the order of activity, each
 * session has its activity and its last message.
 *
 * @throws {AppError} BAD_REQUEST for a cursor of the other order
 */
export function streamSessions(
  services: Services,
  input: ListSessionsInput,
  form: Form,
): Promise<AnswerInPieces> {
  const { order } = input;
  if (form === "documented" && order !== "activity") {
    const read: ReadPage<SessionExtent> = (page) => listExtents(services, page);
    return streamList(services, input, {
      read,
      readAll: () => readAllPages(read),
      toHead: toSessionHead,
      form,
    });
  }
  const read: ReadPage<SidebarExtent> = (page) => listSidebar(services, { ...page, order });
  return streamList(services, input, {
    read,
    readAll: () => (order === "activity" ? listAllByActivity(services) : readAllPages(read)),
    toHead: toSidebarSession,
    form,
  });
}

/** A session with its messages. @throws {AppError} NOT_FOUND */
export async function streamSession(
  services: Services,
  { session_id: id }: { session_id: string },
  form: Form,
): Promise<AnswerInPieces> {
  const session = await getSessionExtent(services, id);
  return { pieces: sessionJson(services, session, { toHead: toSessionHead, form }), nextCursor: null };
}

/** `PATCH /api/sessions/{session_id}`: the session is renamed before the first piece. @throws {AppError} NOT_FOUND */
export async function streamUpdatedSession(
  services: Services,
  input: UpdateSessionInput,
): Promise<AnswerInPieces> {
  const { id, ordinal } = await renameSession(services, input);
  const session = await getSessionExtent(services, id);
  if (session.ordinal !== ordinal) throw new SessionEndedError(id);
  return {
    pieces: sessionJson(services, session, { toHead: toSessionHead, form: "full" }),
    nextCursor: null,
  };
}

/** `GET /api/sessions/{session_id}/messages`. @throws {AppError} NOT_FOUND */
export async function streamMessages(services: Services, input: ListMessagesInput): Promise<AnswerInPieces> {
  const { chunks, next_cursor } = await readMessagePage(services, input);
  return { pieces: arrayJson(chunks, "full"), nextCursor: next_cursor };
}

async function streamList<Session extends SessionExtent>(
  services: Services,
  { cursor, limit, messages }: ListSessionsInput,
  { read, readAll, ...shown }: Shown<Session> & ReadSessions<Session>,
): Promise<AnswerInPieces> {
  const toJson = (sessions: Iterable<Session> | AsyncIterable<Session>): AsyncGenerator<string> =>
    messages === "none" ? headsJson(sessions, shown.toHead) : sessionsJson(services, sessions, shown);
  if (limit === undefined && cursor === undefined) {
    return { pieces: toJson(await readAll()), nextCursor: null };
  }
  const from = cursor === undefined ? {} : { cursor };
  const { items, next_cursor } = await read({ ...from, limit: limit ?? limits.defaultPageItems });
  return { pieces: toJson(items), nextCursor: next_cursor };
}

async function* headsJson<Session>(
  sessions: Iterable<Session> | AsyncIterable<Session>,
  toHead: (session: Session) => object,
): AsyncGenerator<string> {
  let separator = "[";
  for await (const session of sessions) {
    yield separator + JSON.stringify(toHead(session));
    separator = ",";
  }
  yield separator === "[" ? "[]" : "]";
}

/** Leaves out a session that is deleted before its first flush. @throws {SessionEndedError} if it is deleted later */
async function* sessionsJson<Session extends SessionExtent>(
  services: Services,
  sessions: Iterable<Session> | AsyncIterable<Session>,
  shown: Shown<Session>,
): AsyncGenerator<string> {
  let separator = "[";
  for await (const session of sessions) {
    const pieces = sessionJson(services, session, shown);
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

async function* sessionJson<Session extends SessionExtent>(
  services: Services,
  session: Session,
  { toHead, form }: Shown<Session>,
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(toHead(session)).slice(0, -1)},"messages":`;
  yield* arrayJson(readMessages(services, session), form);
  yield "}";
}

/** One JSON array from chunks of messages. */
async function* arrayJson(
  chunks: AsyncIterable<readonly Message[]>,
  form: Form,
): AsyncGenerator<string, void> {
  let separator = "[";
  for await (const chunk of chunks) {
    for (const part of inParts(chunk)) {
      const json = JSON.stringify(form === "full" ? part : part.map(toDocumented)).slice(1, -1);
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
