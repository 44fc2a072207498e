import type { ThreadMessage, ThreadMessageLike } from "@assistant-ui/react";

/** The name of assistant-ui's own form of a stored message. */
export const storedFormat = "aui/v0";

/** A message as `parts` hold it. */
export type StoredForm = Pick<ThreadMessageLike, "content" | "status" | "attachments" | "metadata">;

/** The text fields that each kind of content part must have, as the library reads them without a check. */
const textFields = {
  text: ["text"],
  reasoning: ["text"],
  "tool-call": ["toolName"],
  source: ["sourceType", "id"],
  file: ["data", "mimeType"],
  image: ["image"],
  data: ["name"],
} as const;

const endings = new Set<unknown>(["complete", "incomplete", "requires-action"]);

/** Reads the stored form: a message, or its content alone. @returns undefined for any other value */
export function readStoredForm(parts: unknown): StoredForm | undefined {
  if (Array.isArray(parts)) return readStoredForm({ content: parts });
  if (!isRecord(parts)) return undefined;
  const { content, status, attachments, metadata } = parts;
  if (!Array.isArray(content) || !content.every(isPart)) return undefined;
  return {
    content,
    ...(isRecord(status) && endings.has(status["type"]) && { status: status as never }),
    ...(Array.isArray(attachments) && attachments.every(isAttachment) && { attachments }),
    ...(isRecord(metadata) && { metadata }),
  };
}

/** The stored form of a message, which is plain JSON. */
export function toStoredForm(message: Partial<ThreadMessage>): Record<string, unknown> {
  const { role, content, status, attachments, metadata } = message;
  const form = { role, content, status, attachments, metadata };
  return JSON.parse(JSON.stringify(form)) as Record<string, unknown>;
}

/** The text of content parts. @returns undefined if there is none */
export function textOf(content: unknown): string | undefined {
  if (!Array.isArray(content)) return undefined;
  const texts = (content as unknown[]).flatMap((part) =>
    isRecord(part) && part["type"] === "text" && typeof part["text"] === "string" ? [part["text"]] : [],
  );
  return texts.join("\n\n") || undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isPart(part: unknown): part is Exclude<ThreadMessageLike["content"], string>[number] {
  if (!isRecord(part) || typeof part["type"] !== "string") return false;
  const fields = (textFields as Record<string, readonly string[]>)[part["type"]];
  return fields !== undefined && fields.every((field) => typeof part[field] === "string");
}

function isAttachment(value: unknown): boolean {
  return (
    isRecord(value) &&
    typeof value["name"] === "string" &&
    Array.isArray(value["content"]) &&
    value["content"].every(isPart)
  );
}
