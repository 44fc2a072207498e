import type { UIMessage, UIMessageChunk } from "ai";
import { readUIMessageStream } from "ai";
import type { ReplyPiece } from "../worker/index.ts";

/** A delta may end within a pair of surrogates. The server takes whole characters alone. */
const halfAtEnd = /[\ud800-\udbff]$/;

/**
 * The pieces of a reply, for `serveReplies`, from a stream of the AI SDK, such as `streamText(…).toUIMessageStream()`: the
 * text, the chunks for apps that show the reply as it is written, and the parts of the whole message. Tool calls and
 * reasoning are thus there after a reload.
 *
 * @throws the error that the stream reports: the reply then ends as `failed`
 */
export async function* uiMessagePieces(stream: AsyncIterable<UIMessageChunk>): AsyncGenerator<ReplyPiece> {
  const { readable, writable } = new TransformStream<UIMessageChunk, UIMessageChunk>();
  const writer = writable.getWriter();
  let message: UIMessage | undefined;
  const folding = fold(readable, (next) => (message = next));
  let isWithinText = false;
  let hasText = false;
  try {
    for await (const chunk of storable(stream)) {
      if (chunk.type === "error") throw new Error(chunk.errorText);
      await writer.write(chunk);
      if (chunk.type === "text-start") isWithinText = false;
      let text = "";
      if (chunk.type === "text-delta") {
        text = isWithinText || !hasText ? chunk.delta : `\n\n${chunk.delta}`;
        isWithinText = hasText = true;
      }
      // A reply that fails keeps the parts so far.
      yield { text, chunks: [chunk], ...kept(message) };
    }
    await writer.close();
    await folding;
    yield kept(message);
  } finally {
    await writer.abort().catch(() => undefined);
  }
}

function kept(message: UIMessage | undefined): { parts?: unknown; metadata?: unknown } {
  if (!message) return {};
  const { parts, metadata } = message;
  return { parts, ...(metadata !== undefined && { metadata }) };
}

async function fold(
  stream: ReadableStream<UIMessageChunk>,
  take: (message: UIMessage) => void,
): Promise<void> {
  for await (const message of readUIMessageStream({ stream })) take(message);
}

/** The chunks in a form that can be stored. */
async function* storable(stream: AsyncIterable<UIMessageChunk>): AsyncGenerator<UIMessageChunk> {
  const halves = new Map<string, string>();
  for await (const chunk of stream) {
    if (chunk.type !== "text-delta" && chunk.type !== "reasoning-delta") yield asStorable(chunk);
    else {
      const { id } = chunk;
      const text = (halves.get(id) ?? "") + chunk.delta;
      const half = halfAtEnd.exec(text)?.[0] ?? "";
      halves.set(id, half);
      const delta = text.slice(0, text.length - half.length);
      if (delta !== "") yield asStorable({ ...chunk, delta });
    }
  }
}

function asStorable(chunk: UIMessageChunk): UIMessageChunk {
  const json = JSON.stringify(chunk, (_, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll("\0", "\ufffd") : value,
  );
  return JSON.parse(json) as UIMessageChunk;
}
