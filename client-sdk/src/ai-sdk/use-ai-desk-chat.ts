import type { UseChatHelpers, UseChatOptions } from "@ai-sdk/react";
import { useChat } from "@ai-sdk/react";
import type { ChatInit, UIMessage } from "ai";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { ChatHookOptions } from "../react/index.ts";
import { useChat as useDesk, useSession } from "../react/index.ts";
import { aiDeskTransport } from "./transport.ts";
import { toUIMessage } from "./ui-messages.ts";

export type UseAIDeskChatOptions<UI extends UIMessage = UIMessage> = ChatHookOptions &
  Pick<UseChatOptions<UI>, "throttle"> &
  Omit<ChatInit<UI>, "id" | "transport" | "messages"> & {
    /** The session to show. */
    sessionId: string;
  };

/**
 * `useChat` of the AI SDK over a session of AI Desk, with the same return value. It shows what others write too, and a
 * reply that is being written by itself, also after a reload. `stop` ends the reply for everybody.
 */
export function useAIDeskChat<UI extends UIMessage = UIMessage>({
  chat,
  sessionId,
  ...options
}: UseAIDeskChatOptions<UI>): UseChatHelpers<UI> {
  const desk = useDesk({ chat });
  const { messages, run, stop: stopReplies } = useSession(sessionId, { chat: desk });
  const transport = useMemo(() => aiDeskTransport<UI>({ chat: desk, sessionId }), [desk, sessionId]);
  const helpers = useChat<UI>({ ...options, id: sessionId, transport });
  const { status, setMessages, resumeStream, stop: stopStream } = helpers;
  const isIdle = status === "ready" || status === "error";
  /** The reply that was stopped here. Its last words may still come. */
  const stopped = useRef<string>(undefined);
  /** Whether the reply was stopped before anybody began to write it. */
  const stopsNext = useRef(false);
  const key = run?.key;

  useEffect(() => {
    if (isIdle) setMessages(messages.map((message) => toUIMessage(message) as UI));
  }, [isIdle, messages, setMessages]);

  useEffect(() => {
    if (status === "submitted") stopsNext.current = false;
  }, [status]);

  useEffect(() => {
    if (!isIdle || key === undefined || key === stopped.current) return;
    if (stopsNext.current) {
      stopsNext.current = false;
      stopped.current = key;
      void stopReplies(key);
    } else void resumeStream();
  }, [isIdle, key, resumeStream, stopReplies]);

  const stop = useCallback(async () => {
    stopped.current = key;
    stopsNext.current = key === undefined;
    await stopStream();
    await stopReplies();
  }, [key, stopStream, stopReplies]);

  return useMemo(() => ({ ...helpers, stop }), [helpers, stop]);
}
