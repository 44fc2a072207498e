import type { UIMessageChunk } from "ai";
import { ReplyChunks } from "../../../server/contract/reply-chunks.ts";
import { storedParts } from "../../../server/contract/ui-message.ts";
import type { ShownMessage } from "../chat/shown-messages.ts";
import type { ChatSession } from "../create-chat.ts";

type Messages = readonly ShownMessage[];

export type ReplyStreamOptions = {
  session: ChatSession;
  /** Finds the reply; undefined as long as there is none. */
  find: (messages: Messages) => ShownMessage | undefined;
  /** Rejects if there will be no reply. */
  asked: Promise<unknown>;
  /** Ends the stream, and not the reply. */
  signal: AbortSignal | undefined;
};

/** The chunks of one reply from its beginning, as it is written. The session is followed until the stream ends. */
export function replyStream(options: ReplyStreamOptions): ReadableStream<UIMessageChunk> {
  let end: () => void;
  return new ReadableStream<UIMessageChunk>({
    start(controller) {
      end = sendReply(
        options,
        (chunks) => chunks.forEach((chunk) => controller.enqueue(chunk)),
        (error) => (error === undefined ? controller.close() : controller.error(error)),
      );
    },
    cancel: () => end(),
  });
}

/**
 * @param close called once: with an error if there will be no reply
 * @returns a function that ends it without a call of `close`
 */
function sendReply(
  { session, find, asked, signal }: ReplyStreamOptions,
  send: (chunks: UIMessageChunk[]) => void,
  close: (error?: unknown) => void,
): () => void {
  const chunks = new ReplyChunks();
  const ends: (() => void)[] = [];
  let key: string | undefined;
  let isOver = false;
  const end = (): void => {
    isOver = true;
    for (const each of ends.splice(0)) each();
  };
  const finish = (error?: unknown): void => {
    if (isOver) return;
    end();
    close(error);
  };
  const look = (): void => {
    if (isOver) return;
    const { messages, status, error } = session.getSnapshot();
    const reply = key === undefined ? find(messages) : messages.find((message) => message.key === key);
    if (reply) {
      ({ key } = reply);
      send(chunks.next(reply, storedParts(reply)) as UIMessageChunk[]);
    }
    if (chunks.isOver) return finish();
    // It was deleted, or is on another branch than the one that is shown now.
    if (!reply && key !== undefined) {
      send([{ type: "abort" }]);
      return finish();
    }
    if (status === "closed") finish(error ?? new Error("The session is closed."));
  };
  const leave = (): void => finish();
  ends.push(session.subscribe(look), () => signal?.removeEventListener("abort", leave));
  signal?.addEventListener("abort", leave);
  asked.catch(finish);
  if (signal?.aborted) finish();
  look();
  return end;
}
