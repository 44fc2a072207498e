import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, invalidInput } from "../contract/app-error.ts";
import type { Message } from "../contract/message.ts";
import { addMessageInputSchema } from "../contract/message.ts";
import { contentOfParts, isUIPart, replyTo, uiMessageFormat } from "../contract/ui-message.ts";
import type { ResumeChatInput, SendChatInput } from "../contract/ui-chat.ts";
import { resumeChatInputSchema, sendChatInputSchema } from "../contract/ui-chat.ts";
import { actions } from "../domain/actions.ts";
import type { Calling } from "../domain/perform.ts";
import { sendText } from "../http/send.ts";
import { ownRoute } from "./routes.ts";
import { StreamedReply } from "./streamed-reply.ts";

/** The addresses that `DefaultChatTransport` of the AI SDK asks. */
export const chatRoutes = {
  send: {
    ...ownRoute("session.onEvent", "/api/chat", sendChatInputSchema, "POST"),
    bodyName: "SendChat",
    streams: true,
  },
  resume: {
    ...ownRoute("session.onEvent", "/api/chat/{session_id}/stream", resumeChatInputSchema),
    streams: true,
  },
};

type ChatCall = Calling & {
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  request: IncomingMessage;
  response: ServerResponse;
  /** The interval of the keep-alives of a silent stream. */
  heartbeatMs: number;
  /** How long a message waits for a reply. */
  replyWaitMs: number;
};

/** Stores the last message, or asks for another reply to it, and streams the reply. @throws {AppError} */
export async function answerSendChat(call: ChatCall, input: SendChatInput): Promise<void> {
  const key = await (input.trigger === "regenerate-message" ? requestReply : submit)(call, input);
  const find =
    input.trigger === "regenerate-message"
      ? (messages: readonly Message[]) => messages.find((message) => message.key === key)
      : (messages: readonly Message[]) => replyTo(messages, key);
  await new StreamedReply(call, { sessionId: input.id, find }).send();
}

/** Streams the reply under way from its beginning, or answers 204. @throws {AppError} */
export async function answerResumeChat(
  call: ChatCall,
  { session_id: sessionId }: ResumeChatInput,
): Promise<void> {
  const isFound = await new StreamedReply(call, { sessionId, find: findOpen, isOptional: true })
    .send()
    .catch((error: unknown) => {
      // A new chat has no session yet.
      if (error instanceof AppError && error.code === "NOT_FOUND") return false;
      throw error;
    });
  if (!isFound) sendText(call.response, 204, undefined);
}

function findOpen(messages: readonly Message[]): Message | undefined {
  return messages.findLast(({ status }) => status === "streaming" || status === "requested");
}

/** @returns the key of the stored message */
async function submit(call: ChatCall, { id, messages, messageId }: SendChatInput): Promise<string> {
  const last = messages.at(-1);
  if (last?.role !== "user") {
    const path = ["messages", messages.length - 1, "role"];
    throw invalidInput([
      { path, code: "custom", message: "must be user: only messages of users are stored" },
    ]);
  }
  const { parts, metadata } = last;
  const isEdit = messageId === last.id;
  return add(call, id, {
    ...(isEdit ? { parent_key: last.id } : { key: last.id }),
    content: contentOfParts(parts.filter(isUIPart)),
    sender: "user",
    parts,
    format: uiMessageFormat,
    metadata,
  });
}

/** @returns the key of the request, which is that of the reply */
function requestReply(call: ChatCall, { id, messages }: SendChatInput): Promise<string> {
  const parent_key = messages.at(-1)?.id;
  return add(call, id, { content: "", sender: "assistant", status: "requested", parent_key });
}

async function add({ caller, perform }: ChatCall, id: string, fields: object): Promise<string> {
  const input = addMessageInputSchema.parse({ session_id: id, ...fields });
  const send = async (): Promise<string> => (await perform(caller, actions.addMessage, input)).message.key;
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof AppError && error.code === "NOT_FOUND")) throw error;
  }
  try {
    await perform(caller, actions.createSession, { id, title: undefined, created_at: undefined });
  } catch (error) {
    // Another request created it first.
    if (!(error instanceof AppError && error.code === "CONFLICT")) throw error;
  }
  return send();
}
