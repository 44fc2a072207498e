import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError, invalidInput, textBodyExpected } from "../contract/app-error.ts";
import type { Message } from "../contract/message.ts";
import type { StreamReplyInput } from "../contract/reply.ts";
import { streamReplyInputSchema } from "../contract/reply.ts";
import { actions } from "../domain/actions.ts";
import type { Calling } from "../domain/perform.ts";
import type { ReplyStream } from "../domain/replies/reply-stream.ts";
import { fairInterval } from "../http/fair-timer.ts";
import { sendContinue } from "../http/read-body.ts";
import { sendText } from "../http/send.ts";
import { ownRoute } from "./routes.ts";

/** The address that takes the text of a reply as its body. */
export const replyStreamRoute = ownRoute(
  "message.append",
  "/api/sessions/{session_id}/messages/{message_id}/stream",
  streamReplyInputSchema,
  "PUT",
);

type StreamCall = Calling & {
  /** Aborts when the server is about to stop. */
  stopping: AbortSignal;
  request: IncomingMessage;
  response: ServerResponse;
};

/**
 * `PUT …/stream`: appends each piece of the body as it arrives. The end of the body finishes the reply. A connection that breaks
 * leaves the reply to its lease.
 */
export async function answerReplyStream(call: StreamCall, input: StreamReplyInput): Promise<void> {
  const { request, response, caller, perform, stopping } = call;
  assertTextBody(request);
  const stream = await perform(caller, actions.streamReply, input);
  sendContinue(request);
  const message = await takeBody(request, stream, stopping);
  if (message) sendText(response, 200, JSON.stringify(message));
}

/** @returns the reply; undefined if the connection broke */
async function takeBody(
  request: IncomingMessage,
  stream: ReplyStream,
  stopping: AbortSignal,
): Promise<Message | undefined> {
  const { promise: refused, reject } = Promise.withResolvers<never>();
  refused.catch(() => undefined);
  const stop = (): void =>
    reject(
      new AppError("SERVICE_UNAVAILABLE", "The server is stopping: go on after the text that is stored."),
    );
  stopping.addEventListener("abort", stop);
  // A stop by somebody else is told to a writer that sends nothing meanwhile.
  const holding = fairInterval(() => void stream.hold().catch(reject), stream.holdIntervalMs);
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  // The rest of a refused body is discarded, and the connection stays: a loop over the request itself would destroy it.
  const body = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  try {
    for (;;) {
      const { value: bytes } = await Promise.race([body.next(), refused]);
      const text = decode(utf8, bytes);
      if (bytes || text !== "") await stream.append(text);
      if (!bytes) return await stream.finish();
    }
  } catch (error) {
    // The connection may also break after the whole body has arrived and before it is read.
    if (request.destroyed && (!request.complete || error === request.errored)) return undefined;
    throw error;
  } finally {
    void body.return?.();
    holding.cancel();
    stopping.removeEventListener("abort", stop);
  }
}

/** @param bytes a piece of a body; undefined at its end @throws {AppError} BAD_REQUEST */
function decode(utf8: TextDecoder, bytes: Buffer | undefined): string {
  let text: string;
  try {
    text = utf8.decode(bytes, { stream: bytes !== undefined });
  } catch {
    throw new AppError("BAD_REQUEST", "The body is not valid UTF-8.");
  }
  if (!text.includes("\0")) return text;
  throw invalidInput([{ path: [], code: "custom", message: "must not contain the NUL character" }]);
}

/** @throws {AppError} UNSUPPORTED_MEDIA_TYPE unless the headers announce uncompressed text in UTF-8 */
function assertTextBody({ headers }: IncomingMessage): void {
  const [type, ...parameters] = (headers["content-type"] ?? "").toLowerCase().split(";");
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-8"?$/.test(charset);
  const encoding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (type?.trim() === "text/plain" && isUtf8 && encoding === "identity") return;
  throw textBodyExpected();
}
