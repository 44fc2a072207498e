import type { AppendMessage } from "@assistant-ui/react";
import type { SendOptions } from "../chat/session-store.ts";
import { storedFormat, textOf, toStoredForm } from "./stored-form.ts";

/** The message that the store sends for one of assistant-ui's composer. A plain text is sent as text alone. */
export function toSend(message: AppendMessage): { content: string; options: SendOptions } {
  const { role, content, attachments = [], metadata } = message;
  const sender = role === "assistant" ? "assistant" : "user";
  const isPlain =
    attachments.length === 0 &&
    content.every(({ type }) => type === "text") &&
    Object.keys(metadata.custom).length === 0;
  const options: SendOptions = isPlain
    ? { sender }
    : {
        sender,
        format: storedFormat,
        parts: toStoredForm({ role, content, attachments, metadata } as never),
      };
  const names = attachments.map(({ name }) => name);
  return { content: textOf(content) ?? (names.join(", ") || "(no text)"), options };
}
