import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import { closeCodes } from "../contract/close-codes.ts";
import { messageIdSchema } from "../contract/message.ts";
import { sessionIdSchema } from "../contract/session-id.ts";
import type { AppError } from "../domain/app-error.ts";
import { invalidInput } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import { getSessionHead } from "../domain/get-session.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import { createSocketServer } from "../http/socket-server.ts";
import { runChatSocket } from "./chat-socket.ts";

/** A socket that does not answer a ping before the next one is due is closed. */
const pingIntervalMs = 30_000;

export type ChatDoorOptions = {
  desk: Desk;
  maxFrameBytes: number;
  report: (error: AppError) => void;
};

export type ChatDoor = {
  /**
   * Takes over a connection to `/ws/{session_id}`.
   *
   * @throws {AppError} BAD_REQUEST, NOT_FOUND: the connection is then still plain HTTP, for the caller to answer.
   */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, target: RequestTarget): Promise<void>;
  /** Closes the sockets with 1012. */
  close(): void;
  readonly size: number;
};

/** The plain WebSocket, one socket a session, as PROTOCOL.md has it. */
export function createChatDoor({ desk, maxFrameBytes, report }: ChatDoorOptions): ChatDoor {
  const wss = createSocketServer(maxFrameBytes);
  /** Those that have not answered the latest ping. */
  const silent = new WeakSet<WebSocket>();
  const pings = setInterval(() => {
    for (const client of wss.clients) {
      if (silent.has(client)) {
        // A peer that is gone takes no part in the closing handshake either: the socket is then cut.
        client.close(closeCodes.noPong.code, closeCodes.noPong.reason);
        continue;
      }
      silent.add(client);
      client.ping();
    }
  }, pingIntervalMs).unref();

  return {
    async upgrade(request, socket, head, target) {
      const sessionId = sessionIdSchema.safeParse(
        decodePart(target.pathname.slice("/ws/".length), "The path"),
      );
      if (!sessionId.success) throw invalidSessionId(sessionId.error.issues.map(({ message }) => message));
      const afterId = readAfter(readQuery(target.query));
      await getSessionHead(desk, sessionId.data);
      wss.handleUpgrade(request, socket, head, (client) => {
        client.on("pong", () => silent.delete(client));
        runChatSocket(client, { desk, sessionId: sessionId.data, afterId, report });
      });
    },
    close() {
      clearInterval(pings);
      const { code, reason } = closeCodes.restart;
      for (const client of wss.clients) client.close(code, reason);
    },
    get size() {
      return wss.clients.size;
    },
  };
}

function invalidSessionId(messages: string[]): AppError {
  return invalidInput(messages.map((message) => ({ path: ["session_id"], code: "custom", message })));
}

function readAfter(query: ReadonlyMap<string, string>): number | undefined {
  const text = query.get("after");
  if (text === undefined) return undefined;
  const id = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (id === 0 || messageIdSchema.safeParse(id).success) return id;
  const message = `must be the id of a message, or 0 for all, and is ${JSON.stringify(text)}`;
  throw invalidInput([{ path: ["after"], code: "invalid_type", message }]);
}
