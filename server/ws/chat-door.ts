import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { issuesOf } from "../contract/issues.ts";
import { extentSchema } from "../contract/live-event.ts";
import { messageRefSchema } from "../contract/message.ts";
import { sessionIdSchema } from "../contract/session-id.ts";
import { invalidInput } from "../domain/app-error.ts";
import type { Desk } from "../domain/desk.ts";
import { findMessageId } from "../domain/find-message.ts";
import { assertHasLog, getSessionHead } from "../domain/get-session.ts";
import type { ReaderExtent } from "../domain/session-log.ts";
import { isNumber, readNumber } from "../http/read-number.ts";
import type { RequestTarget } from "../http/request-target.ts";
import { decodePart, readQuery } from "../http/request-target.ts";
import { readPosition } from "../http/resume-position.ts";
import type { Patience } from "../http/socket-server.ts";
import type { AccessLog } from "../http/access-log.ts";
import { createSocketServer } from "../http/socket-server.ts";
import type { Wanted } from "./chat-socket.ts";
import { runChatSocket } from "./chat-socket.ts";
import type { Report } from "../http/report.ts";

export type ChatDoorOptions = {
  desk: Desk;
  maxFrameBytes: number;
  patience: Patience;
  report: Report;
  access?: AccessLog | undefined;
};

export type ChatDoor = {
  /**
   * Takes over a connection to `/ws/{session_id}`.
   *
   * @throws {AppError} BAD_REQUEST, NOT_FOUND: the connection is still plain HTTP then, and the caller answers it
   */
  upgrade(request: IncomingMessage, connection: Duplex, head: Buffer, target: RequestTarget): Promise<void>;
  /** Closes the sockets with 1012. */
  close(): void;
  readonly size: number;
};

/** The plain WebSocket, one socket for each session, as in PROTOCOL.md. */
export function createChatDoor(options: ChatDoorOptions): ChatDoor {
  const { desk, report } = options;
  const server = createSocketServer(options);
  return {
    async upgrade(request, connection, head, target) {
      const sessionId = readSessionId(target);
      const wanted = await readWanted(desk, { request, sessionId, query: readQuery(target.query) });
      await assertCanFollow(desk, sessionId, wanted);
      // The first messages are read within this turn of the event loop, and go out with the handshake.
      connection.cork();
      setImmediate(() => connection.uncork());
      server.upgrade(request, connection, head, (socket, trace) => {
        runChatSocket(socket, { desk, sessionId, wanted, report, trace });
      });
    },
    close: () => server.close(),
    get size() {
      return server.clients.size;
    },
  };
}

/** A client that comes back to a deleted session with a position is let in: an event tells it of the deletion. */
async function assertCanFollow(desk: Desk, sessionId: string, wanted: Wanted): Promise<void> {
  if (wanted.events === "all" && wanted.after !== undefined) await assertHasLog(desk, sessionId);
  else await getSessionHead(desk, sessionId);
}

function readSessionId({ pathname }: RequestTarget): string {
  const id = decodePart(pathname.slice("/ws/".length), "The path");
  const { error } = sessionIdSchema.safeParse(id);
  if (error) throw invalidInput(issuesOf(error).map((issue) => ({ ...issue, path: ["session_id"] })));
  return id;
}

type Asked = { request: IncomingMessage; sessionId: string; query: ReadonlyMap<string, string> };

async function readWanted(desk: Desk, { request, sessionId, query }: Asked): Promise<Wanted> {
  const after = query.get("after");
  const events = query.get("events") ?? "messages";
  if (events === "all") return { events, after: readPosition(request, query, after), ...readExtent(query) };
  if (events === "messages") return { events, afterId: await readMessageId(desk, sessionId, after) };
  const message = `must be messages, which is the default, or all, and is ${JSON.stringify(events)}`;
  throw invalidInput([{ path: ["events"], code: "invalid_value", message }]);
}

/** @throws {AppError | ZodError} for a number that is none, or is out of its range */
function readExtent(query: ReadonlyMap<string, string>): ReaderExtent {
  const given = [...query].filter(([name]) => Object.hasOwn(extentSchema.shape, name));
  return extentSchema.parse(Object.fromEntries(given.map(([name, text]) => [name, readNumber(name, text)])));
}

/** @throws {AppError} BAD_REQUEST, NOT_FOUND if no message has that key */
async function readMessageId(
  desk: Desk,
  sessionId: string,
  text: string | undefined,
): Promise<number | "first" | undefined> {
  if (text === undefined) return undefined;
  if (text === "" || text === "0") return "first";
  const ref = isNumber(text) ? Number(text) : text;
  if (messageRefSchema.safeParse(ref).success) return findMessageId(desk.database.read, sessionId, ref);
  const message = `must be the id of a message, or key: and its key, or empty or 0 for all, and is ${JSON.stringify(text)}`;
  throw invalidInput([{ path: ["after"], code: "invalid_type", message }]);
}
