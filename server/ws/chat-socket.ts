import type { WebSocket } from "ws";
import type { ServerFrame } from "../contract/chat-frame.ts";
import { chatFrameSchema } from "../contract/chat-frame.ts";
import type { Message } from "../contract/message.ts";
import { closeCodes } from "../contract/close-codes.ts";
import { addMessage } from "../domain/add-message.ts";
import type { AppError } from "../domain/app-error.ts";
import { toAppError } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import { followMessages } from "../domain/follow-messages.ts";
import { parseJson } from "../http/read-body.ts";
import { sendBudgetBytes } from "../http/socket-server.ts";

/** How many frames of a client may wait for their turn before the socket is not read any further. */
const maxWaitingFrames = 64;

export type ChatSocketOptions = {
  desk: Desk;
  sessionId: string;
  /** The last message that the client has, if it said so. */
  afterId: number | undefined;
  report: (error: AppError) => void;
};

/** Speaks PROTOCOL.md on one socket until it closes. */
export function runChatSocket(socket: WebSocket, options: ChatSocketOptions): void {
  const closed = new AbortController();
  socket.on("close", () => closed.abort());
  // ws closes the socket with the right code itself; without a listener the error would end the process.
  socket.on("error", () => undefined);
  receiveFrames(socket, options);
  void sendMessages(socket, options, closed.signal);
}

/** Sends the session's messages, one after the other, never faster than the client reads. */
async function sendMessages(
  socket: WebSocket,
  { desk, sessionId, afterId, report }: ChatSocketOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const message of followMessages(desk, { sessionId, afterId, signal })) {
      await send(socket, toFrame(message));
    }
    socket.close(closeCodes.sessionDeleted.code, closeCodes.sessionDeleted.reason);
  } catch (error) {
    // A client that went away, or is about to, makes sends fail; that is no failure of ours.
    if (signal.aborted || socket.readyState !== socket.OPEN) return;
    const appError = toAppError(error);
    report(appError);
    const { code, reason } = appError.code === "NOT_FOUND" ? closeCodes.sessionDeleted : closeCodes.failure;
    socket.close(code, reason);
  }
}

/** Stores the client's frames in the order they came. */
function receiveFrames(socket: WebSocket, { desk, sessionId, report }: ChatSocketOptions): void {
  let waiting = 0;
  let turn: Promise<void> = Promise.resolve();

  async function store(text: string): Promise<void> {
    try {
      const frame = chatFrameSchema.parse(parseJson(text, "The frame"));
      const { message, stored } = await addMessage(desk, { ...frame, session_id: sessionId });
      // Everyone has been shown the message of the first send; this client asks again because it does not know.
      if (!stored) await send(socket, toFrame(message));
    } catch (error) {
      const appError = toAppError(error);
      report(appError);
      await send(socket, { error: appError.toBody() }).catch(() => undefined);
    } finally {
      waiting -= 1;
      if (socket.isPaused && waiting < maxWaitingFrames) socket.resume();
    }
  }

  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) {
      const { code, reason } = closeCodes.unsupportedData;
      void send(socket, { error: { code: "BAD_REQUEST", message: `Binary frame: ${reason}.` } }).catch(
        () => undefined,
      );
      socket.close(code, reason);
      return;
    }
    waiting += 1;
    if (waiting >= maxWaitingFrames) socket.pause();
    turn = turn.then(() => store(data.toString("utf8")));
  });
}

function toFrame({ session_id, ...message }: Message): ServerFrame {
  return { session_id, message };
}

/** Resolves when the next frame may be sent. Rejects if the socket is gone. */
async function send(socket: WebSocket, frame: ServerFrame): Promise<void> {
  const sent = new Promise<void>((resolve, reject) => {
    socket.send(JSON.stringify(frame), (error) => (error ? reject(error) : resolve()));
  });
  if (socket.bufferedAmount > sendBudgetBytes) await sent;
  else sent.catch(() => undefined);
}
