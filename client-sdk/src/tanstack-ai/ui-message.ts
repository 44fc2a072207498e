import { isOpenReply, type ShownMessage } from "../chat/shown-messages.ts";

/** The `format` of messages whose `parts` are those of a `UIMessage` of TanStack AI. */
export const tanstackFormat = "tanstack-ai";

type Part = { readonly type: string; readonly content?: unknown };

/** A message in the form of TanStack AI. */
export type UIMessage = {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly parts: readonly Part[];
  readonly createdAt: Date;
  readonly metadata: { readonly aiDesk: MessageState } & Readonly<Record<string, unknown>>;
};

/** The state of a message, as `metadata.aiDesk` of a message of `useChat` has it. */
export type MessageState = Pick<ShownMessage, "delivery" | "status" | "failure" | "error" | "branch">;

/** A message that `useChat` sends. */
export type SentMessage = {
  readonly id?: string;
  readonly role: string;
  readonly parts?: readonly Part[];
  readonly metadata?: unknown;
};

const made = new WeakMap<ShownMessage, UIMessage>();

/** The message in the form of TanStack AI: the same object for the same message. */
export function toUIMessage(message: ShownMessage): UIMessage {
  const known = made.get(message) ?? makeUIMessage(message);
  made.set(message, known);
  return known;
}

function makeUIMessage(message: ShownMessage): UIMessage {
  const { key, sender, timestamp, metadata } = message;
  return {
    id: key,
    role: sender === "user" ? "user" : "assistant",
    parts: partsOf(message),
    createdAt: new Date(timestamp),
    metadata: { ...(isRecord(metadata) && metadata), aiDesk: stateOf(message) },
  };
}

export function stateOf({ delivery, status, failure, error, branch }: ShownMessage): MessageState {
  return {
    delivery,
    ...(status !== undefined && { status }),
    ...(failure !== undefined && { failure }),
    ...(error !== undefined && { error }),
    ...(branch !== undefined && { branch }),
  };
}

function partsOf(message: ShownMessage): readonly Part[] {
  const { content, format, parts } = message;
  const text = { type: "text", content };
  if (isOpenReply(message) || format !== tanstackFormat || !Array.isArray(parts))
    return content === "" ? [] : [text];
  const own = parts.filter(isPart);
  // The library merges a message with nothing but these parts into its neighbour.
  const isMerged = own.every(({ type }) => mergedTypes.has(type));
  return isMerged ? [...own, text] : own;
}

const mergedTypes = new Set(["thinking", "tool-result", "ui-resource"]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPart(value: unknown): value is Part {
  return isRecord(value) && typeof value["type"] === "string";
}

/** The content of a message to send, and what a text cannot hold. */
export function fromUIMessage({ parts = [], metadata }: SentMessage): {
  content: string;
  extras: { parts?: unknown; format?: string; metadata?: unknown };
} {
  const texts = parts.filter(({ type }) => type === "text");
  const content = texts.map((part) => String(part.content)).join("\n");
  const others = new Set(parts.filter(({ type }) => type !== "text").map(({ type }) => `[${type}]`));
  return {
    // A stored message has a text.
    content: content === "" ? [...others].join(" ") : content,
    extras: {
      ...(others.size > 0 && { parts, format: tanstackFormat }),
      ...(metadata !== undefined && { metadata }),
    },
  };
}
