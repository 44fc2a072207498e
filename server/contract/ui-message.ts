/*
 * The messages of the AI SDK. The SDK reads this file in browsers, so it imports nothing.
 */

/** The name of the form of `parts` that are those of a `UIMessage` of the AI SDK. */
export const uiMessageFormat = "ai-sdk/ui-message";

/** A part of a `UIMessage`. */
export type UIPart = { readonly type: string; readonly [field: string]: unknown };

/** The fields of a message that become a `UIMessage`. */
export type HasParts = {
  readonly content: string;
  readonly parts?: unknown;
  readonly format?: string | undefined;
};

/** The parts of a message, if it has any in the form of the AI SDK. The reply to a request may name no format. */
export function storedParts({ parts, format = uiMessageFormat }: HasParts): UIPart[] | undefined {
  return format.startsWith("ai-sdk/") && Array.isArray(parts) && parts.every(isUIPart) ? parts : undefined;
}

/** The parts of a message: a single text, if it has none in the form of the AI SDK. */
export function partsOf(message: HasParts): UIPart[] {
  return storedParts(message) ?? [{ type: "text", text: message.content }];
}

/** The text of parts. Where there is none, the names of the files stand for them. */
export function contentOfParts(parts: readonly UIPart[]): string {
  const texts = parts.flatMap(({ type, text }) =>
    type === "text" && typeof text === "string" ? [text] : [],
  );
  const content = texts.join("\n\n");
  if (content !== "") return content;
  const files = parts.filter(({ type }) => type === "file");
  return files
    .map(
      ({ filename, mediaType }) => [filename, mediaType].find((name) => typeof name === "string") ?? "file",
    )
    .join(", ");
}

type Placed = { readonly key: string; readonly sender: string; readonly status?: string | undefined };

/**
 * The reply to a message: the first one after it. An interrupted reply gives way to the next attempt.
 *
 * @param messages of one branch, oldest first
 */
export function replyTo<Message extends Placed>(
  messages: readonly Message[],
  key: string,
): Message | undefined {
  const at = messages.findIndex((message) => message.key === key);
  const replies = at < 0 ? [] : messages.slice(at + 1).filter(({ sender }) => sender !== "user");
  return replies.find(({ status }) => status !== "interrupted") ?? replies.at(-1);
}

export function isUIPart(value: unknown): value is UIPart {
  return typeof value === "object" && value !== null && typeof (value as UIPart).type === "string";
}
