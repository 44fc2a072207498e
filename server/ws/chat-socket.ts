import { chatFrameSchema } from "../contract/chat-frame.ts";
import { closeCodes } from "../contract/close-codes.ts";
import type { ErrorCode } from "../contract/error-codes.ts";
import { addMessage } from "../domain/add-message.ts";
import type { AppError } from "../domain/app-error.ts";
import { toAppError } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import { followMessages } from "../domain/follow-messages.ts";
import { followSession } from "../domain/session-log.ts";
import { parseJson } from "../http/read-body.ts";
import type { ClientSocket } from "../http/client-socket.ts";
import { createIntake } from "../http/intake.ts";
import { encodeFrame, eventFrame, messageFrame } from "./chat-frames.ts";

/** What the client wants to be sent, and what it has already, if it said so. */
export type Wanted =
  | { events: "messages"; afterId: number | undefined }
  | { events: "all"; after: string | undefined };

export type ChatSocketOptions = {
  desk: Desk;
  sessionId: string;
  wanted: Wanted;
  stallTimeoutMs: number;
  report: (error: AppError) => void;
};

/** How the socket closes when following the session fails; in any other way it is the server that failed. */
const closings: Partial<Record<ErrorCode, { code: number; reason: string }>> = {
  NOT_FOUND: closeCodes.sessionDeleted,
  TOO_MANY_REQUESTS: closeCodes.tooManySockets,
};

/** Speaks PROTOCOL.md on one socket until it closes. */
export function runChatSocket(socket: ClientSocket, options: ChatSocketOptions): void {
  const closed = new AbortController();
  socket.on("close", () => closed.abort());
  // ws closes the socket with the right code itself; without a listener the error would end the process.
  socket.on("error", () => undefined);
  receiveFrames(socket, options);
  void sendEvents(socket, options, closed.signal);
}

/** Sends what happens in the session, never faster than the client reads. */
async function sendEvents(
  socket: ClientSocket,
  options: ChatSocketOptions,
  signal: AbortSignal,
): Promise<void> {
  const { stallTimeoutMs, report } = options;
  try {
    for await (const frame of followFrames(options, signal)) {
      socket.send(frame);
      await socket.withinSendBudget(stallTimeoutMs);
    }
    socket.finish(closeCodes.sessionDeleted);
  } catch (error) {
    const appError = toAppError(error);
    report(appError);
    socket.finish(closings[appError.code] ?? closeCodes.failure);
  }
}

async function* followFrames(
  { desk, sessionId, wanted }: ChatSocketOptions,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  if (wanted.events === "all") {
    const events = followSession(desk, { sessionId, after: wanted.after, signal });
    for await (const event of events) yield eventFrame(sessionId, event);
  } else {
    const messages = followMessages(desk, { sessionId, afterId: wanted.afterId, signal });
    for await (const message of messages) yield messageFrame(message);
  }
}

/** Stores the client's frames in the order they came. */
function receiveFrames(
  socket: ClientSocket,
  { desk, sessionId, stallTimeoutMs, report }: ChatSocketOptions,
): void {
  const intake = createIntake(socket);
  let turn: Promise<void> = Promise.resolve();

  async function store(data: Buffer): Promise<void> {
    try {
      const frame = chatFrameSchema.parse(parseJson(data.toString("utf8"), "The frame"));
      const { message, stored } = await addMessage(desk, { ...frame, session_id: sessionId });
      // Everyone has been shown the message of the first send; this client asks again because it does not know.
      if (!stored) socket.send(messageFrame(message));
    } catch (error) {
      const appError = toAppError(error);
      report(appError);
      socket.send(encodeFrame({ error: appError.toBody() }));
    } finally {
      await socket.withinSendBudget(stallTimeoutMs);
      intake.release(data.length);
    }
  }

  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) {
      const message = `Binary frame: ${closeCodes.unsupportedData.reason}.`;
      socket.send(encodeFrame({ error: { code: "BAD_REQUEST", message } }));
      socket.finish(closeCodes.unsupportedData);
      return;
    }
    intake.take(data.length);
    turn = turn.then(() => store(data));
  });
}
