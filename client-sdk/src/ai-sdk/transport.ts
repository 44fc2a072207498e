import type { ChatTransport, UIMessage, UIMessageChunk } from "ai";
import { replyTo } from "../../../server/contract/ui-message.ts";
import { createRandomId } from "../chat/random-id.ts";
import { isOpenReply } from "../chat/shown-messages.ts";
import type { Chat, ChatSession } from "../create-chat.ts";
import { createChat } from "../create-chat.ts";
import { replyStream } from "./reply-stream.ts";
import { toSent } from "./ui-messages.ts";

export type AIDeskTransportOptions = {
  /** The session of the messages; by default that of the AI SDK's chat id. */
  sessionId?: string;
} & (
  | {
      /** The object that `createChat` returned. */
      chat: Chat;
      url?: undefined;
    }
  | {
      chat?: undefined;
      /** The address of the server, for a chat of the transport's own. `close` ends it. */
      url: string;
    }
);

type SendOptions = Parameters<ChatTransport<UIMessage>["sendMessages"]>[0];

/**
 * A transport for `useChat` of the AI SDK. A message is in the outbox before it is sent, and the reply to it is streamed from
 * the session. The first message of a chat creates the session if there is none.
 *
 * An abort ends the stream and not the reply: `ChatSession.stop` ends that.
 */
export function aiDeskTransport<UI extends UIMessage = UIMessage>(
  options: AIDeskTransportOptions,
): ChatTransport<UI> {
  const chat = options.chat ?? createChat({ url: options.url });
  const sessionOf = (chatId: string): ChatSession => chat.session(options.sessionId ?? chatId);
  return {
    resumeStreamIsReplay: true,
    sendMessages(call) {
      const session = sessionOf(call.chatId);
      if (call.trigger === "regenerate-message") return regenerate(session, call);
      // The session exists already if this is not the first message.
      if (call.messages.length === 1) chat.sessions().create({ id: session.id });
      return submit(session, call);
    },
    async reconnectToStream({ chatId, abortSignal }) {
      const session = sessionOf(chatId);
      const key = await openReply(session, abortSignal);
      return key === undefined ? null : streamOf(session, key, Promise.resolve(), abortSignal);
    },
    ...(!options.chat && { close: () => void chat.close() }),
  };
}

async function submit(
  session: ChatSession,
  { messages, messageId, abortSignal: signal }: SendOptions,
): Promise<ReadableStream<UIMessageChunk>> {
  const last = messages.at(-1);
  if (last?.role !== "user")
    throw new Error(
      "The last message is not a user's. A result of a tool is written by the worker of the reply.",
    );
  const { content, extras } = toSent(last);
  // An edited message replaces the stored one: the two are alternatives.
  const isEdit = messageId === last.id;
  const key = isEdit ? createRandomId() : last.id;
  const asked = session.send(content, { ...extras, key, ...(isEdit && { parent_key: messageId }) });
  return replyStream({ session, find: (shown) => replyTo(shown, key), asked, signal });
}

/** A message of which the server knows nothing is sent again; any other is answered again. */
async function regenerate(
  session: ChatSession,
  { messages, messageId, abortSignal: signal }: SendOptions,
): Promise<ReadableStream<UIMessageChunk>> {
  const last = messages.at(-1)?.id;
  const failed = session.getSnapshot().messages.find(({ key }) => key === last);
  if (last !== undefined && failed?.delivery === "failed") {
    session.retry(last);
    return replyStream({ session, find: (shown) => replyTo(shown, last), asked: Promise.resolve(), signal });
  }
  const { key } = await session.regenerate(messageId ?? last);
  return streamOf(session, key, Promise.resolve(), signal);
}

function streamOf(
  session: ChatSession,
  key: string,
  asked: Promise<unknown>,
  signal: AbortSignal | undefined,
): ReadableStream<UIMessageChunk> {
  return replyStream({ session, find: (shown) => shown.find((each) => each.key === key), asked, signal });
}

/** The key of the reply under way, once it is known; undefined if there is none. */
function openReply(session: ChatSession, signal: AbortSignal | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { messages, status } = session.getSnapshot();
      const key = messages.findLast(isOpenReply)?.key;
      if (key !== undefined || status === "live" || status === "closed" || signal?.aborted) settle(key);
    };
    const settle = (key?: string): void => {
      leave();
      signal?.removeEventListener("abort", look);
      resolve(key);
    };
    const leave = session.subscribe(look);
    signal?.addEventListener("abort", look);
    look();
  });
}
