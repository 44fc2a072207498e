import type { UIMessage } from "ai";
import { contentOfParts, partsOf, uiMessageFormat } from "../../../server/contract/ui-message.ts";
import type { ShownMessage } from "../chat/shown-messages.ts";
import type { Message } from "../types.ts";

/** The `UIMessage` of a stored or shown message: its `id` is the key. A message without parts has its text as one. */
export function toUIMessage(message: Message | ShownMessage): UIMessage {
  const { key, sender, metadata } = message;
  return {
    id: key,
    role: sender === "user" || sender === "system" ? sender : "assistant",
    parts: partsOf(message),
    ...(metadata !== undefined && { metadata }),
  } as UIMessage;
}

/** The content and the fields with which a user's message is sent. */
export function toSent({ parts, metadata }: UIMessage) {
  return {
    content: contentOfParts(parts),
    extras: { parts, format: uiMessageFormat, ...(metadata !== undefined && { metadata }) },
  };
}
