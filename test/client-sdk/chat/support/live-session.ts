import { expect, onTestFinished } from "vitest";
import type { ChatError } from "../../../../client-sdk/src/chat/chat-error.ts";
import type { Message } from "../../../../client-sdk/src/chat/wire.ts";
import { until } from "./open-chat.ts";
import { openScripted } from "./open-scripted.ts";

export const head = { id: "s", title: "Title", created_at: "2026-01-01T00:00:00Z" };

export function message(id: number, seq: number, content = `message ${id}`): Message {
  return {
    id,
    seq,
    content,
    key: `key-${id}`,
    session_id: "s",
    sender: "user",
    timestamp: "2026-01-01T00:00:00Z",
  };
}

/** Why the server refuses a call. */
export function refusal(code: "CONFLICT" | "NOT_FOUND" | "FORBIDDEN"): ChatError {
  return { kind: "refused", code, message: code, retryable: false };
}

export function open(options: Parameters<typeof openScripted>[0] = {}) {
  const opened = openScripted(options);
  return { ...opened, store: opened.chat.session("s") };
}

/** A store that shows messages 1 to 3 of a log at 10. */
export async function openLive() {
  const opened = open();
  const { line, store } = opened;
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const messages = [message(1, 1), message(2, 2), message(3, 3)];
  line.tell({ type: "snapshot", seq: 10, epoch: "e", session: { ...head, messages }, has_earlier: false });
  line.tell({ type: "caught_up", seq: 10, epoch: "e" });
  line.setStatus("live");
  await until(store, ({ status }) => status === "live");
  const shown = () => store.getSnapshot().messages.map(({ content }) => content);
  return { ...opened, shown };
}

export const isShowing =
  (...contents: string[]) =>
  ({ messages }: { messages: readonly { content: string }[] }) =>
    JSON.stringify(messages.map(({ content }) => content)) === JSON.stringify(contents);
