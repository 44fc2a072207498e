import { contractVersion } from "../contract/health.ts";
import type { Health } from "../contract/health.ts";
import type { ListMessagesInput } from "../contract/message-list.ts";
import type { ListSessionsInput } from "../contract/session-list.ts";
import { addMessage } from "./add-message.ts";
import type { Form } from "./json-pieces.ts";
import { streamMessages, streamSession, streamSessions, streamUpdatedSession } from "./answers-in-pieces.ts";
import { createSession } from "./create-session.ts";
import { deleteMessage } from "./delete-message.ts";
import { deleteSession } from "./delete-session.ts";
import { followList } from "./list-log.ts";
import { openEvents, openMessages } from "./open-session.ts";
import { Action } from "./perform.ts";
import { appendToReply } from "./replies/append-to-reply.ts";
import { claimReply } from "./replies/claim-reply.ts";
import { finishReply } from "./replies/finish-reply.ts";
import { openReplyStream } from "./replies/reply-stream.ts";
import { sendSignal } from "./send-signal.ts";
import { stopReply } from "./replies/stop-reply.ts";
import { pollEvents } from "./poll-events.ts";
import type { Services } from "./services.ts";
import { followSession } from "./session-log.ts";
import type { ReaderExtent } from "./session-log.ts";
import type { Wanted } from "../live/open-feed.ts";
import { updateMessage } from "./update-message.ts";
import { updateSession } from "./update-session.ts";

type OfSession = { session_id: string };
type InForm = { form: Form };
type Poll = { wait?: number | undefined };

function describeHealth({ version, maxMessageChars }: Services): Health {
  return {
    status: "ok",
    name: "AI Desk",
    version,
    contract_version: contractVersion,
    max_message_chars: maxMessageChars,
  };
}

/** All actions that the doors may perform. An operation with several kinds of answers has one action for each. */
export const actions = {
  getHealth: new Action("health", describeHealth),
  listSessions: new Action("session.list", (services, { form, ...input }: ListSessionsInput & InForm) =>
    streamSessions(services, input, form),
  ),
  getSession: new Action("session.get", (services, { form, ...input }: OfSession & InForm) =>
    streamSession(services, input, form),
  ),
  createSession: new Action("session.create", createSession),
  updateSession: new Action("session.update", updateSession),
  /** The answer includes the messages. */
  updateWholeSession: new Action("session.update", streamUpdatedSession),
  deleteSession: new Action("session.delete", (services, { session_id: id }: OfSession) =>
    deleteSession(services, id),
  ),
  sendSignal: new Action("session.signal", sendSignal),
  followSession: new Action(
    "session.onEvent",
    (services, { session_id: sessionId, ...wanted }: OfSession & Wanted & ReaderExtent) =>
      followSession(services, { sessionId, ...wanted }),
  ),
  pollSession: new Action(
    "session.onEvent",
    (services, { session_id: sessionId, wait, ...wanted }: OfSession & Wanted & ReaderExtent & Poll) =>
      pollEvents(services, (signal) => followSession(services, { sessionId, ...wanted, signal }), {
        ...wanted,
        wait,
      }),
  ),
  /** Like `followSession`, for a connection that is not open yet. */
  openEvents: new Action("session.onEvent", openEvents),
  openMessages: new Action("session.onEvent", openMessages),
  followList: new Action("session.onListEvent", followList),
  pollList: new Action("session.onListEvent", (services, { wait, ...wanted }: Wanted & Poll) =>
    pollEvents(services, (signal) => followList(services, { ...wanted, signal }), { ...wanted, wait }),
  ),
  listMessages: new Action("message.list", (services, input: ListMessagesInput) =>
    streamMessages(services, input),
  ),
  addMessage: new Action("message.add", addMessage),
  updateMessage: new Action("message.update", updateMessage),
  deleteMessage: new Action("message.delete", deleteMessage),
  appendToReply: new Action("message.append", appendToReply),
  /** The same, for text that comes as a stream. */
  streamReply: new Action("message.append", openReplyStream),
  finishReply: new Action("message.finish", finishReply),
  stopReply: new Action("message.stop", stopReply),
  claimReply: new Action("message.claim", claimReply),
};
