import type { SessionExtent } from "../../db/store.ts";
import type { ListMessagesInput } from "../contract/message-list.ts";
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
import type { Form, Shown } from "./json-pieces.ts";
import { arrayJson, headsJson, sessionJson, sessionsJson } from "./json-pieces.ts";
import { toSessionHead } from "./session-head.ts";
import { toSidebarSession } from "./sidebar-session.ts";
import { renameSession } from "./update-session.ts";

/** JSON in pieces, and the cursor of the next page if there is one. */
export type AnswerInPieces = { pieces: AsyncIterable<string>; nextCursor: string | null };

/** Reads the sessions of a list: a page of them, or all. */
type ReadSessions<Session> = {
  read: ReadPage<Session>;
  readAll: () => Promise<AsyncIterable<Session>>;
};

/**
 * A list of sessions: without `limit` and `cursor` all of them, else a page. In the full form, and in the order of
 * activity, each session has its `activity_seq` and its last message.
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

/**
 * `PATCH /api/sessions/{session_id}`: renames the session before the first piece is read. @throws {AppError} NOT_FOUND
 */
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
