import { chatFrameSchema } from "../contract/chat-frame.ts";
import { closeCodes } from "../contract/close-codes.ts";
import type { ErrorCode } from "../contract/error-codes.ts";
import { addMessage } from "../domain/add-message.ts";
import { toAppError } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import { followMessages } from "../domain/follow-messages.ts";
import { followSession } from "../domain/session-log.ts";
import { parsingTurn } from "../http/parsing-turns.ts";
import { parseJson } from "../http/read-body.ts";
import type { ClientSocket } from "../http/client-socket.ts";
import { SocketSink } from "../http/socket-sink.ts";
import { encodeFrame, eventEncoding, messageEncoding, messageFrame } from "./chat-frames.ts";
import type { Report } from "../http/report.ts";

/** The events that the client asks for, and its position, if it gave one. */
export type Wanted =
  | { events: "messages"; afterId: number | "first" | undefined }
  | { events: "all"; after: string | undefined };

export type ChatSocketOptions = {
  desk: Desk;
  sessionId: string;
  wanted: Wanted;
  report: Report;
};

/** How the socket closes when following the session fails; in any other way it is the server that failed. */
const closings: Partial<Record<ErrorCode, { code: number; reason: string }>> = {
  NOT_FOUND: closeCodes.sessionDeleted,
  TOO_MANY_REQUESTS: closeCodes.sessionFull,
};

/** Speaks PROTOCOL.md on one socket until it closes. */
export function runChatSocket(socket: ClientSocket, options: ChatSocketOptions): void {
  const conversation = new Conversation(socket, options);
  socket.on("message", (data: Buffer, isBinary) => conversation.take(data, isBinary));
  follow(socket, options).then(
    () => socket.finish(closeCodes.sessionDeleted),
    (error: unknown) => {
      const appError = toAppError(error);
      options.report(appError);
      socket.finish(closings[appError.code] ?? closeCodes.failure);
    },
  );
}

/** Sends what happens in the session, never faster than the client reads. */
function follow(socket: ClientSocket, { desk, sessionId, wanted }: ChatSocketOptions): Promise<void> {
  const signal = socket.closed;
  if (wanted.events === "messages") {
    const messages = followMessages(desk, { sessionId, afterId: wanted.afterId, signal, connection: socket });
    return messages.into(new SocketSink(socket, messageEncoding));
  }
  const events = followSession(desk, { sessionId, after: wanted.after, signal, connection: socket });
  return events.into(new SocketSink(socket, eventEncoding(sessionId)));
}

/** The messages of one client. They are stored in the order in which they came. */
class Conversation {
  readonly #socket: ClientSocket;
  readonly #options: ChatSocketOptions;
  #last: Promise<void> = idle;

  constructor(socket: ClientSocket, options: ChatSocketOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  take(data: Buffer, isBinary: boolean): void {
    const socket = this.#socket;
    if (isBinary) {
      const message = `Binary frame: ${closeCodes.unsupportedData.reason}.`;
      socket.sendFrame(encodeFrame({ error: { code: "BAD_REQUEST", message } }));
      socket.finish(closeCodes.unsupportedData);
      return;
    }
    this.#socket.intake.take(data.length);
    // The answers are not to pile up for a client that does not read them.
    this.#last = this.#last.then(() => {
      if (socket.isCut) return socket.intake.release(data.length);
      return socket.isReady ? this.#store(data) : socket.inTurn(() => this.#store(data));
    });
  }

  async #store(data: Buffer): Promise<void> {
    const { desk, sessionId, report } = this.#options;
    const turn = parsingTurn(data.length);
    if (turn) await turn;
    try {
      const frame = chatFrameSchema.parse(parseJson(data.toString("utf8"), "The frame"));
      const { message, stored } = await addMessage(desk, { ...frame, session_id: sessionId });
      // Everyone has been shown the message of the first send; this client asks again because it does not know.
      if (!stored) this.#socket.sendFrame(messageFrame(message));
    } catch (error) {
      const appError = toAppError(error);
      report(appError);
      this.#socket.sendFrame(encodeFrame({ error: appError.toBody() }));
    }
    this.#socket.intake.release(data.length);
  }
}

const idle = Promise.resolve();
