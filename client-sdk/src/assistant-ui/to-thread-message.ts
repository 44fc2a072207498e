import type { ThreadMessage, ThreadMessageLike } from "@assistant-ui/react";
import { fromThreadMessageLike } from "@assistant-ui/react";
import type { ShownMessage } from "../chat/shown-messages.ts";
import type { StoredForm } from "./stored-form.ts";
import { readStoredForm, storedFormat } from "./stored-form.ts";

type Status = NonNullable<ThreadMessageLike["status"]>;

const complete: Status = { type: "complete", reason: "stop" };

const statuses = {
  requested: { type: "running" },
  streaming: { type: "running" },
  stopped: { type: "incomplete", reason: "cancelled" },
  interrupted: { type: "incomplete", reason: "other" },
  failed: { type: "incomplete", reason: "error" },
} as const;

const converted = new WeakMap<ShownMessage, ThreadMessage>();

/**
 * A message in assistant-ui's form: its stored `parts` if they have that form, and else its text. The message itself is
 * in `metadata.custom.aiDesk`. It is the same object for the same message.
 */
export function toThreadMessage(message: ShownMessage): ThreadMessage {
  const known = converted.get(message);
  if (known) return known;
  const made = convert(message);
  converted.set(message, made);
  return made;
}

function convert(message: ShownMessage): ThreadMessage {
  const text = { content: message.content };
  const stored = message.format === storedFormat ? readStoredForm(message.parts) : undefined;
  if (!stored) return fromForm(message, text);
  try {
    return fromForm(message, stored);
  } catch {
    // The parts are not for this sender: the library refuses, for instance, a tool call of a user.
    return fromForm(message, text);
  }
}

function fromForm(
  message: ShownMessage,
  { content, status, attachments, metadata }: StoredForm,
): ThreadMessage {
  const { key, sender, delivery } = message;
  const role = sender === "user" ? "user" : "assistant";
  const createdAt = new Date(message.timestamp);
  const like: ThreadMessageLike = {
    id: key,
    role,
    content,
    metadata: {
      ...metadata,
      isOptimistic: delivery === "pending",
      custom: { ...metadata?.custom, aiDesk: message },
    },
    // A file of the original backend may hold any text as the time.
    ...(!Number.isNaN(createdAt.getTime()) && { createdAt }),
    ...(role === "assistant" && { status: statusOf(message, status) }),
    ...(role === "user" && attachments && { attachments }),
  };
  return fromThreadMessageLike(like, key, complete);
}

function statusOf({ status, failure, error, delivery }: ShownMessage, stored: Status = complete): Status {
  if (status === "failed" || delivery === "failed") {
    const reason = failure ?? error?.message;
    return { ...statuses.failed, ...(reason !== undefined && { error: reason }) };
  }
  return status === undefined ? stored : statuses[status];
}
