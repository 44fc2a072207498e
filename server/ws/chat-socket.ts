import { actions } from "../domain/actions.ts";
import type { Action, Calling } from "../domain/perform.ts";
import { chatFrameSchema } from "../contract/chat-frame.ts";
import { closeCodes } from "../contract/close-codes.ts";
import type { ErrorCode } from "../contract/error-codes.ts";
import { signalFrameSchema } from "../contract/signal.ts";
import type { SentMessage } from "../domain/add-message.ts";
import { toAppError } from "../domain/to-app-error.ts";
import type { MessageSeq } from "../domain/message-follower.ts";
import { toDocumented } from "../domain/read-messages.ts";
import { parsingTurn } from "../http/parsing-turns.ts";
import { parseJson } from "../http/read-body.ts";
import type { Traced } from "../http/traced-request.ts";
import type { ClientSocket } from "../socket/client-socket.ts";
import { SocketSink } from "../socket/socket-sink.ts";
import { encodeFrame, chatEventEncoding, messageEncoding, messageFrame } from "./chat-frames.ts";
import type { Report } from "../http/report.ts";

export type ChatSocketOptions = Calling & {
  sessionId: string;
  /** Sends the events of the session, never faster than the client reads. */
  follow: StartFollowing;
  report: Report;
  /** The request that opened the socket. */
  trace: Traced | undefined;
};

/** The close code for an error of following the session. Any other error is a server failure. */
const closings: Partial<Record<ErrorCode, { code: number; reason: string }>> = {
  NOT_FOUND: closeCodes.sessionDeleted,
  TOO_MANY_REQUESTS: closeCodes.sessionFull,
};

/** Runs the protocol of PROTOCOL.md on one socket until it closes. */
export function runChatSocket(socket: ClientSocket, options: ChatSocketOptions): void {
  const { ended, sent } = options.follow(socket);
  const conversation = new Conversation(socket, options, sent);
  socket.on("message", (data: Buffer, isBinary) => conversation.take(data, isBinary));
  ended.then(
    () => socket.finish(closeCodes.sessionDeleted),
    (error: unknown) => {
      const appError = toAppError(error);
      options.report(appError, options.trace);
      socket.finish(closings[appError.code] ?? closeCodes.failure);
    },
  );
}

type Sent = (place: MessageSeq) => Promise<void>;

/** The stream of a session's events to a client. */
type Following = {
  ended: Promise<void>;
  /** Resolves when the client has every message up to this one, so that it may resume after this id. */
  sent: Sent;
};

export type StartFollowing = (socket: ClientSocket) => Following;

/** Follows the messages of a session. */
export function followMessages(open: Opened<typeof actions.openMessages>): StartFollowing {
  return (socket) => {
    const opened = { signal: socket.closed, connection: socket };
    const follower = open(opened, new SocketSink(socket, messageEncoding));
    return { ended: follower.run(), sent: (place) => follower.sent(place) };
  };
}

/** Follows all events of a session. */
export function followEvents(sessionId: string, open: Opened<typeof actions.openEvents>): StartFollowing {
  return (socket) => {
    const events = open({ signal: socket.closed, connection: socket });
    // A client of all events resumes with a position, so it never waits for a message.
    return { ended: events.pipeTo(new SocketSink(socket, chatEventEncoding(sessionId))), sent: () => idle };
  };
}

/** The function that an action returns for a connection that is not open yet. */
type Opened<Opening> = Opening extends Action<never, Promise<infer Open>> ? Open : never;

/** The messages and signals from one client. Messages are stored in the order in which they arrive. */
class Conversation {
  readonly #socket: ClientSocket;
  readonly #options: ChatSocketOptions;
  readonly #sent: Sent;
  #last: Promise<void> = idle;

  constructor(socket: ClientSocket, options: ChatSocketOptions, sent: Sent) {
    this.#socket = socket;
    this.#options = options;
    this.#sent = sent;
  }

  take(data: Buffer, isBinary: boolean): void {
    const socket = this.#socket;
    if (isBinary) {
      const message = `Binary frame: ${closeCodes.unsupportedData.reason}.`;
      socket.sendFrame(encodeFrame({ error: { code: "BAD_REQUEST", message } }));
      socket.finish(closeCodes.unsupportedData);
      return;
    }
    this.#socket.receiveWindow.take(data.length);
    this.#last = this.#last.then(() => this.#answer(data));
  }

  async #answer(data: Buffer): Promise<void> {
    const socket = this.#socket;
    // Waits until the socket is writable, so that answers do not pile up for a client that does not read.
    if (!socket.isCut) {
      const repeated = await (socket.isWritable
        ? this.#perform(data)
        : socket.whenWritable(() => this.#perform(data)));
      // Every subscriber has already got the message of the first send. This client repeats it because it does not know
      // that.
      if (repeated) {
        // This wait is outside the socket's turns, since the earlier messages need turns of their own.
        await this.#sent({ id: repeated.message.id, seq: repeated.seq });
        socket.sendFrame(messageFrame(toDocumented(repeated.message)));
      }
    }
    socket.receiveWindow.release(data.length);
  }

  /** @returns the message, if the frame is a repeat of the send that stored it */
  async #perform(data: Buffer): Promise<SentMessage | undefined> {
    const { caller, perform, sessionId, report, trace } = this.#options;
    const turn = parsingTurn(data.length);
    if (turn) await turn;
    try {
      const frame = parseJson(data.toString("utf8"), "The frame");
      const ofSession = { session_id: sessionId };
      if (isSignalFrame(frame)) {
        const { signal } = signalFrameSchema.parse(frame);
        await perform(caller, actions.sendSignal, { ...signal, ...ofSession });
        return undefined;
      }
      const sent = await perform(caller, actions.addMessage, {
        ...chatFrameSchema.parse(frame),
        ...ofSession,
      });
      return sent.stored ? undefined : sent;
    } catch (error) {
      const appError = toAppError(error);
      report(appError, trace);
      this.#socket.sendFrame(encodeFrame({ error: appError.toBody() }));
      return undefined;
    }
  }
}

/** A frame with `content` is a message, whatever other fields it has. */
function isSignalFrame(frame: unknown): boolean {
  if (typeof frame !== "object" || frame === null) return false;
  const { signal = null, content = null } = frame as { signal?: unknown; content?: unknown };
  return signal !== null && content === null;
}

const idle = Promise.resolve();
